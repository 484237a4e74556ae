"""Pages about one agent, and those that begin one: show, register, edit, remove, find, take out."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from accounts.fence import fenced
from accounts.permissions import has_permission, reach
from agents.actions.export_agents import export_agents
from agents.actions.request_discoveries import request_discoveries
from agents.admin.detail import detail_of
from agents.forms import EditForm, RegisterForm, RemoveForm
from agents.models import Agent
from agents.models.vendors import label_of
from armproject.lib.errors import DomainError

View = Callable[..., HttpResponseBase]
LIST = "admin:agents_agent_changelist"
SHOW = "admin:agents_agent_change"
NOTHING_TO_ASK = "No connection lists agents. Connect a vendor, or register agents by hand."


class Pages:
    """What the pages about agents share: who may, which row, and how a page is shown.

    Each reads and renders inside `fenced()`, for those that hold no transaction by themselves.
    """

    admin_site: Any

    def _routes(self, pages: dict[str, tuple[str, View]]) -> list[Any]:
        """Return the URLs of these pages, to stand before Django's own."""
        return [
            path(route, self.admin_site.admin_view(view), name=f"agents_agent_{name}")
            for name, (route, view) in pages.items()
        ]

    def _row(self, permission: str, pk: UUID | str) -> Agent:
        """Return the agent a page is about, for those who may."""
        if not reach(permission) and not has_permission(permission):
            raise PermissionDenied
        with fenced():
            row = _find(pk)
            if not has_permission(permission, row):
                raise Http404
            return row

    def _page(self, request: HttpRequest, name: str, title: str, **shown: Any) -> HttpResponse:
        request.current_app = self.admin_site.name
        form, row = shown.get("form"), shown.get("row")
        with fenced():
            context = {
                **self.admin_site.each_context(request),
                "title": title,
                "is_refused": form is not None and form.is_bound,
                "vendor_name": label_of(row.vendor) if row else "",
                **shown,
            }
            return TemplateResponse(request, f"agents/{name}.html", context).render()


class AgentPages(Pages):
    """Show, register, edit, remove, discover, export."""

    def own_urls(self) -> list[Any]:
        return self._routes(
            {
                "edit": ("<uuid:pk>/edit/", self.edit_page),
                "remove": ("<uuid:pk>/remove/", self.remove_page),
                "discover": ("discover/", self.discover_page),
                "export": ("export.csv", self.export_page),
            }
        )

    def show(self, request: HttpRequest, pk: UUID | str) -> HttpResponse:
        """Show one agent."""
        row = self._row("agents.read", pk)
        return self._page(request, "detail", str(row), row=row, **detail_of(row))

    def register_page(self, request: HttpRequest) -> HttpResponse:
        require_right("agents.write")
        form = RegisterForm(request.POST or None)
        if not form.is_valid():
            return self._page(request, "register", "Register an agent", form=form)
        messages.success(request, f"{form.outcome} is in the inventory.")
        return HttpResponseRedirect(reverse(SHOW, args=[form.outcome.pk]))

    def edit_page(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        row = self._row("agents.write", pk)
        form = EditForm(row, request.POST or None)
        if not form.is_valid():
            return self._page(request, "edit", f"Edit {row}", form=form, row=row)
        messages.success(request, f"{form.outcome} is changed.")
        return HttpResponseRedirect(reverse(SHOW, args=[pk]))

    def remove_page(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        row = self._row("agents.write", pk)
        form = RemoveForm(row, request.POST or None)
        if not form.is_valid():
            return self._page(request, "remove", f"Remove {row}", form=form, row=row)
        messages.success(request, f"{row} is out of the inventory. {form.outcome}")
        return HttpResponseRedirect(reverse(LIST))

    def discover_page(self, request: HttpRequest) -> HttpResponse:
        require_right("agents.discover")
        if request.method == "POST":
            count = len(request_discoveries())
            told = f"Discoveries under way: {count}. Reload to see what they found."
            messages.info(request, told if count else NOTHING_TO_ASK)
        return HttpResponseRedirect(reverse(LIST))

    def export_page(self, request: HttpRequest) -> HttpResponseBase:
        require_right("agents.read")
        try:
            return export_agents(request.GET.dict())
        except DomainError as error:
            messages.error(request, error.message)
            return HttpResponseRedirect(reverse(LIST))


def require_right(permission: str) -> None:
    """Let those pass whose role has the permission."""
    if not has_permission(permission):
        raise PermissionDenied


def _find(pk: UUID | str) -> Agent:
    try:
        key = UUID(str(pk))
    except ValueError:
        raise Http404 from None
    rows = Agent.objects.select_related("owner", "connection__organization")
    row: Agent | None = rows.filter(pk=key).first()
    if row is None:
        raise Http404
    return row
