"""Who may reach one agent or connection beyond what their role allows."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from accounts.actions.revoke_grant import revoke_grant
from accounts.forms import GrantForm
from accounts.granting import kinds
from accounts.models import Grant, ScopedModel
from accounts.permissions import has_permission
from accounts.reach import grants_on
from accounts.scoping.dialogs import answer


class GrantPages:
    """The page about access to one row, for each kind of row, and the button that takes it back."""

    admin_site: Any

    @property
    def parameter_models(self) -> dict[str, type[ScopedModel]]:
        """What row each parameter of an address names."""
        return {"grant": Grant, **kinds()}

    def grant_urls(self) -> list[Any]:
        access = self.admin_site.admin_view(self.access_page)
        revoke = self.admin_site.admin_view(require_POST(self.revoke_page))
        return [
            *(
                path(f"access/{kind}/<uuid:{kind}>/", access, name=f"accounts_access_{kind}")
                for kind in kinds()
            ),
            path("grants/<uuid:grant>/revoke/", revoke, name="accounts_grant_revoke"),
        ]

    def access_page(self, request: HttpRequest, **where: UUID) -> HttpResponse:
        """Show who was granted what on a row, and grant more."""
        kind, pk = next(iter(where.items()))
        row = _row(kind, pk)
        may_grant = has_permission("members.write")
        if request.method == "POST" and not may_grant:
            raise PermissionDenied
        form = GrantForm(row, request.POST or None)
        if request.method == "POST" and form.is_valid():
            messages.success(request, f"From now on {form.grant.holder} may do that.")
            return HttpResponseRedirect(request.path)
        request.current_app = self.admin_site.name
        shown = {
            **self.admin_site.each_context(request),
            "title": f"Access to {row}",
            "row": row,
            "grants": grants_on(row),
            "form": form,
            "may_grant": may_grant,
            **may_revoke(),
            "back": reverse(f"admin:{row._meta.db_table}_change", args=[pk]),
        }
        return TemplateResponse(request, "accounts/access.html", shown)

    def revoke_page(self, request: HttpRequest, grant: UUID) -> HttpResponse:
        """Take a grant back."""
        if not has_permission("members.write"):
            raise PermissionDenied
        row = Grant.objects.filter(pk=grant).first()
        listed = reverse("admin:accounts_membership_changelist")
        return answer(request, row, revoke_grant, "Taken back.", otherwise=listed)


def may_revoke() -> dict[str, bool]:
    """Tell what the person may take back: what people were granted, and what roles were."""
    people = has_permission("members.write")
    return {
        "may_revoke": people,
        "may_revoke_of_roles": people and has_permission("roles.write"),
    }


def _row(kind: str, pk: UUID) -> ScopedModel:
    """Return the row, for those who may see it and who belongs to the organization."""
    if not has_permission("members.read"):
        raise PermissionDenied
    row: ScopedModel | None = kinds()[kind]._default_manager.filter(pk=pk).first()
    if row is None or not has_permission(f"{kind}.read", row):
        raise Http404
    return row
