"""Pages of one's own: connect, show, test, change, rotate, disconnect.

None holds a transaction while it waits for a vendor: each reads and renders inside `fenced()`.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from accounts.fence import fenced
from accounts.permissions import has_permission, reach
from armproject.lib.errors import DomainError
from armproject.lib.secret import Secret
from connectors.actions.test_connection import test_connection
from connectors.admin.detail import detail_of
from connectors.admin.words import capability_rows, verb_chips
from connectors.base import CredentialKind
from connectors.catalogue import Offer, offer_of, offers
from connectors.entries import FIELDS
from connectors.forms import (
    LABELS,
    AskingForm,
    ChangeForm,
    ConnectForm,
    DisconnectForm,
    RotateForm,
)
from connectors.models import Connection
from connectors.registry import kinds

View = Callable[..., HttpResponse]
SHOW = "admin:connectors_connection_change"


def waits_for_vendor(view: View) -> View:
    """Mark a page that opens its own transactions around the wait for a vendor."""
    view.own_transactions = True  # type: ignore[attr-defined]
    return view


class ConnectionPages:
    """The pages about one connection, and the two that make one."""

    admin_site: Any

    def own_urls(self) -> list[Any]:
        """Return the URLs of these pages, to stand before Django's own."""
        pages: dict[str, tuple[str, View]] = {
            "connect": ("connect/", self.choose_page),
            "connect_vendor": ("connect/<str:vendor>/", self.connect_page),
            "test": ("<uuid:pk>/test/", self.test_page),
            "alter": ("<uuid:pk>/alter/", self.alter_page),
            "rotate": ("<uuid:pk>/rotate/<str:kind>/", self.rotate_page),
            "disconnect": ("<uuid:pk>/disconnect/", self.disconnect_page),
        }
        return [
            path(route, self.admin_site.admin_view(view), name=f"connectors_connection_{name}")
            for name, (route, view) in pages.items()
        ]

    def choose_page(self, request: HttpRequest) -> HttpResponse:
        self._require_change(request)
        return self._page(request, "choose", "Connect a vendor", offers=offers())

    @waits_for_vendor
    def connect_page(self, request: HttpRequest, vendor: str) -> HttpResponse:
        self._require_change(request)
        if vendor not in kinds():
            raise Http404
        offer = offer_of(vendor)
        form = ConnectForm(offer, request.POST or None)
        if not form.is_valid():
            return self._page(
                request, "connect", f"Connect {offer.label}", form, **_terms(offer, form)
            )
        connection, secret = form.outcome
        messages.success(request, _welcome(connection))
        return self._arrive(request, connection, secret)

    @waits_for_vendor
    def test_page(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        row = self._row(request, pk)
        if request.method == "POST":
            try:
                tested = test_connection(row)
                messages.info(request, f"Tested: {tested.get_status_display().lower()}.")
            except DomainError as error:
                messages.error(request, error.message)
        return HttpResponseRedirect(reverse(SHOW, args=[pk]))

    @waits_for_vendor
    def alter_page(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        row = self._row(request, pk)
        form = ChangeForm(row, request.POST or None)
        if not form.is_valid():
            return self._page(request, "alter", f"Change {row}", form, row=row)
        messages.success(request, f"{form.outcome} is changed.")
        return self._arrive(request, form.outcome)

    @waits_for_vendor
    def rotate_page(self, request: HttpRequest, pk: UUID, kind: str) -> HttpResponse:
        row, credential = self._row(request, pk), _credential_of(kind)
        form = RotateForm(row, credential, request.POST or None)
        if request.method != "POST" or not form.is_valid():
            label = "signing secret" if row.is_reported_to else LABELS[credential].lower()
            title = f"New {label} for {row}"
            return self._page(request, "rotate", title, form, row=row, label=label)
        connection, secret = form.outcome
        messages.success(request, f"{connection} uses the new key.")
        return self._arrive(request, connection, secret)

    def disconnect_page(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        row = self._row(request, pk)
        form = DisconnectForm(row, request.POST or None)
        if request.method != "POST" or not form.is_valid():
            return self._page(request, "disconnect", f"Disconnect {row}", form, row=row)
        messages.success(request, f"{row} is disconnected. Its agents and costs are kept.")
        return self._arrive(request, row)

    def show(
        self, request: HttpRequest, pk: UUID | str, secret: Secret | None = None
    ) -> HttpResponse:
        """Show one connection; a secret that ARM just made is shown this once."""
        row = self._within("connections.read", pk)
        with fenced():
            shown = detail_of(row, may_change=self.has_change_permission(request, row))
        made = secret.reveal() if secret else ""
        return self._page(request, "detail", str(row), row=row, secret=made, **shown)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        raise NotImplementedError

    def _arrive(
        self, request: HttpRequest, row: Connection, secret: Secret | None = None
    ) -> HttpResponse:
        """Go to the connection's page, or show it at once where a secret is shown only now."""
        if secret is not None:
            return self.show(request, row.pk, secret)
        return HttpResponseRedirect(reverse(SHOW, args=[row.pk]))

    def _row(self, request: HttpRequest, pk: UUID) -> Connection:
        return self._within("connections.write", pk)

    def _within(self, permission: str, pk: UUID | str) -> Connection:
        """Return the connection a page is about, for those who may."""
        if not reach(permission) and not has_permission(permission):
            raise PermissionDenied
        with fenced():
            row = _find(pk)
            if not has_permission(permission, row):
                raise Http404
            return row

    def _require_change(self, request: HttpRequest) -> None:
        if not self.has_change_permission(request):
            raise PermissionDenied

    def _page(
        self,
        request: HttpRequest,
        name: str,
        title: str,
        form: AskingForm | None = None,
        **shown: Any,
    ) -> HttpResponse:
        request.current_app = self.admin_site.name
        refused = form is not None and form.is_bound
        with fenced():
            context = {
                **self.admin_site.each_context(request),
                "title": title,
                "form": form,
                "is_refused": refused,
                **shown,
            }
            return TemplateResponse(request, f"connectors/{name}.html", context).render()


def _find(pk: UUID | str) -> Connection:
    try:
        row: Connection | None = (
            Connection.objects.with_agent_count().filter(pk=UUID(str(pk))).first()
        )
    except ValueError:
        row = None
    if row is None:
        raise Http404
    return row


def _welcome(row: Connection) -> str:
    if row.is_reported_to or not row.can("discover"):
        return f"{row} is connected."
    return f"{row} is connected. ARM is reading its agents and usage now."


def _credential_of(kind: str) -> CredentialKind:
    if kind not in set(CredentialKind):
        raise Http404
    return CredentialKind(kind)


def _terms(offer: Offer, form: ConnectForm) -> dict[str, Any]:
    """Return what the connect page says of a vendor beside its form."""
    return {
        "offer": offer,
        "credentials": [
            {
                "field": form[FIELDS[each.kind]],
                "hint": each.hint,
                "chips": verb_chips(each.unlocks),
            }
            for each in reversed(offer.credentials)
            if FIELDS[each.kind] in form.fields
        ],
        "capabilities": capability_rows(offer.as_json()["capabilities"]),
    }
