"""The Studio: Django's admin in ARM's words, with its home page."""

from functools import wraps
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import SimpleTemplateResponse, TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from unfold.sites import UnfoldAdminSite

from armproject.lib import context
from armproject.lib.errors import DomainError

# The apps have no rows before Django has loaded them, and this module loads with them: what asks
# for rows is therefore imported where it is used.
# ruff: noqa: PLC0415


# What a browser says of a link on our own pages, or typed by a person.
OWN_PAGES = ("same-origin", "none")
# What people may open whom no organization admits yet.
FREE = ("account", "confirm", "enter_organization")


class Studio(UnfoldAdminSite):  # type: ignore[misc]
    """The place where staff work."""

    enable_nav_sidebar = True
    index_title = "Overview"

    def has_permission(self, request: HttpRequest) -> bool:
        """Let in whoever is signed in and active; their role decides what they see."""
        return bool(request.user.is_authenticated and request.user.is_active)

    def get_urls(self) -> list[Any]:
        from accounts.pages.account import ConfirmPage, account

        return [
            path("enter", self.admin_view(self.enter_organization), name="enter_organization"),
            *self._gate(),
            path("account", self.admin_view(account), name="account"),
            path("account/confirm", self.admin_view(ConfirmPage.as_view()), name="confirm"),
            path("live", self.admin_view(self.live), name="live"),
            *super().get_urls(),
        ]

    def _gate(self) -> list[Any]:
        """Return the pages for people who are not signed in."""
        from accounts.pages import gate
        from accounts.pages.sso import SsoPage

        return [
            path("login/", gate.SignInPage.as_view(), name="login"),
            path("login/code", gate.CodePage.as_view(), name="sign_in_code"),
            path("sso", SsoPage.as_view(), name="sso"),
            path("logout/", gate.sign_out, name="logout"),
            path("forgot", gate.ForgotPage.as_view(), name="forgot"),
            path("new-password", gate.NewPasswordPage.as_view(), name="new_password"),
            path("register", gate.RegisterPage.as_view(), name="register"),
            path("confirm-account", gate.ConfirmAccountPage.as_view(), name="confirm_account"),
            path("join", gate.JoinPage.as_view(), name="join"),
            path("password_change/", self._to_account, name="password_change"),
            path("password_change/done/", self._to_account, name="password_change_done"),
        ]

    def _to_account(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:account"))

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:  # noqa: FBT001, FBT002
        """Tell moments in the organization's time zone; lead to a confirmation where one is due."""
        from accounts.signin.errors import StepUpNeeded

        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def in_zone(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if getattr(request, "arm_not_admitted", None) and _page(request) not in FREE:
                return HttpResponseRedirect(reverse("admin:account"))
            with timezone.override(_zone(request)):
                try:
                    response: HttpResponse = inner(request, *args, **kwargs)
                except StepUpNeeded:
                    return _to_confirmation(request)
                if isinstance(response, SimpleTemplateResponse):
                    response.render()
                return response

        return in_zone

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Add where in the sidebar the page belongs."""
        shown: dict[str, Any] = super().each_context(request)
        links = [item for group in shown["sidebar_navigation"] for item in group["items"]]
        return {**shown, "place": next((link for link in links if link["active"]), None)}

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """Show how the organization's agents are."""
        from armproject.home.page import read_home

        return super().index(request, {**(extra_context or {}), "home": read_home()})

    def app_index(
        self, request: HttpRequest, app_label: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Go to the app's first page in the sidebar: a list of an app's tables helps nobody."""
        for group in self.get_sidebar_list(request):
            for item in group["items"]:
                if item["has_permission"] and f"/{app_label}/" in str(item["link"]):
                    return HttpResponseRedirect(str(item["link"]))
        return HttpResponseRedirect(reverse("admin:index"))

    def live(self, request: HttpRequest) -> HttpResponse:
        """Answer with the panels of the home page that changed, or with nothing."""
        from armproject.home.page import changed

        panels = changed(request.GET.getlist("seen"))
        if not panels:
            return HttpResponse(status=204)
        return TemplateResponse(request, "studio/home/live.html", {"panels": panels})

    def enter_organization(self, request: HttpRequest) -> HttpResponse:
        """Switch to another of one's organizations."""
        from accounts.actions.enter_organization import enter_organization

        if request.headers.get("Sec-Fetch-Site", "none") not in OWN_PAGES:
            messages.error(request, "Switch by the menu here, not by a link from elsewhere.")
            return HttpResponseRedirect(reverse("admin:index"))
        try:
            memberships = getattr(request, "arm_memberships", [])
            membership = enter_organization(request.session, memberships, request.GET.get("to", ""))
            messages.success(request, f"You are in {membership.organization.name} now.")
        except DomainError as error:
            messages.error(request, error.message)
        return HttpResponseRedirect(reverse("admin:index"))


def _to_confirmation(request: HttpRequest) -> HttpResponse:
    """Lead to where people prove anew who they are, and from there back to where they are now."""
    from accounts.scoping.dialogs import came_from, lead

    if transaction.get_connection().in_atomic_block:
        transaction.set_rollback(True)
    here = request.get_full_path() if request.method == "GET" else reverse("admin:index")
    asked = urlencode({"next": came_from(request, here)})
    return lead(request, f"{reverse('admin:confirm')}?{asked}")


def _page(request: HttpRequest) -> str | None:
    """Return the name of the page that was asked for."""
    return request.resolver_match.url_name if request.resolver_match else None


def _zone(request: HttpRequest) -> ZoneInfo:
    """Return the time zone of the organization the person works in."""
    present = context.organization_id()
    for membership in getattr(request, "arm_memberships", []):
        if membership.organization_id == present:
            return ZoneInfo(membership.organization.time_zone)
    return ZoneInfo("UTC")
