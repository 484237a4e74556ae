"""Signing in to the Studio, and what people need who cannot."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.admin import site
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from accounts.actions.accept_invitation import accept_invitation
from accounts.actions.ask_for_password import ask_for_password
from accounts.actions.close_session import close_session
from accounts.actions.confirm_account import confirm_account
from accounts.actions.finish_sign_in import finish_sign_in
from accounts.actions.read_invitation import read_invitation
from accounts.actions.register import register
from accounts.actions.reset_password import reset_password
from accounts.actions.sign_in import sign_in
from accounts.models import User
from accounts.pages import forms
from accounts.pages.page import GatePage, go_on, next_of
from accounts.signin import devices, sso
from accounts.signin.errors import CodeNeeded
from armproject.lib.errors import DomainError

WAITING = "arm_waiting_for_code"
ASKED = "If this can be done, a mail to that address says how to go on."


class SignInPage(GatePage):
    """Address and password."""

    form_class = forms.SignInForm
    template = "admin/login.html"
    title = "Sign in"
    button = "Sign in"

    def get(self, request: HttpRequest) -> HttpResponse:
        is_inside = request.user.is_authenticated and site.has_permission(request)
        return go_on(request) if is_inside else super().get(request)

    def act(self, request: HttpRequest, given: Mapping[str, Any]) -> HttpResponse:
        device = request.COOKIES.get(devices.COOKIE, "")
        try:
            user = sign_in(request, given["username"], given["password"], device=device)
        except CodeNeeded as needed:
            request.session[WAITING] = needed.details["mfa_token"]
            where = urlencode({"next": next_of(request)})
            return HttpResponseRedirect(f"{reverse('admin:sign_in_code')}?{where}")
        return remembered(go_on(request), devices.mark_for(user))

    def more(self, request: HttpRequest) -> dict[str, Any]:
        return {"providers": sso.installed()}


class CodePage(GatePage):
    """The second factor."""

    form_class = forms.CodeForm
    title = "Your second factor"
    text = "Enter the code your authenticator shows, or one of your recovery codes."
    button = "Sign in"

    def get(self, request: HttpRequest) -> HttpResponse:
        if WAITING not in request.session:
            return HttpResponseRedirect(reverse("admin:login"))
        return super().get(request)

    def act(self, request: HttpRequest, given: Mapping[str, Any]) -> HttpResponse:
        user = finish_sign_in(request, request.session.get(WAITING, ""), given["code"])
        request.session.pop(WAITING, None)
        return remembered(go_on(request), devices.mark_for(user))


class ForgotPage(GatePage):
    """Ask for a new password."""

    form_class = forms.AddressForm
    title = "Set a new password"
    text = "We write to your address with a link that works once."
    button = "Send the link"

    def act(self, request: HttpRequest, given: Mapping[str, Any]) -> HttpResponse:
        ask_for_password(given["email"])
        return _back_to_sign_in(request, ASKED)


class NewPasswordPage(GatePage):
    """Set a new password by the link of a mail."""

    form_class = forms.NewPasswordForm
    title = "Set a new password"
    button = "Set the password"

    def act(self, request: HttpRequest, given: Mapping[str, Any]) -> HttpResponse:
        reset_password(request.POST.get("token", ""), given["password"])
        return _back_to_sign_in(request, "Your password is set. Sign in with it.")


class RegisterPage(GatePage):
    """Register an account."""

    form_class = forms.RegisterForm
    title = "Make an account"
    text = "To work in an organization you then need its invitation."
    button = "Make an account"

    def act(self, request: HttpRequest, given: Mapping[str, Any]) -> HttpResponse:
        register(given["email"], given["password"], name=given["name"])
        return _back_to_sign_in(request, ASKED)


class ConfirmAccountPage(GatePage):
    """Open the account whose registration mail was received."""

    form_class = forms.ConfirmAccountForm
    title = "Confirm your account"
    button = "Confirm"

    def act(self, request: HttpRequest, given: Mapping[str, Any]) -> HttpResponse:
        confirm_account(request.POST.get("token", ""), given["password"])
        return _back_to_sign_in(request, "Your account is open. Sign in.")


class JoinPage(GatePage):
    """Accept an invitation."""

    button = "Join"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._begin(request) or super().get(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        return self._begin(request) or super().post(request)

    def act(self, request: HttpRequest, given: Mapping[str, Any]) -> HttpResponse:
        accept_invitation(request.POST.get("token", ""), **given)
        return _back_to_sign_in(request, f"You belong to {self.place} now. Sign in.")

    def _begin(self, request: HttpRequest) -> HttpResponse | None:
        """Read the invitation and choose what to ask for, or say that its link is spent."""
        try:
            invitation = read_invitation(request.POST.get("token", request.GET.get("token", "")))
        except DomainError as error:
            messages.error(request, error.message)
            return HttpResponseRedirect(reverse("admin:login"))
        self.place = invitation.organization.name
        self.title = f"Join {self.place}"
        self.text = f"As {invitation.role_name.lower()}, with {invitation.email}."
        known = User.objects.filter(email=invitation.email).exists()
        self.form_class = forms.NothingForm if known else forms.JoinForm  # type: ignore[misc]
        return None


def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session and say so."""
    if request.method == "POST":
        close_session(request.session)
        shown = {**site.each_context(request), "title": "Signed out"}
        return TemplateResponse(request, "registration/logged_out.html", shown).render()
    return HttpResponse(status=405, headers={"Allow": "POST"})


def _back_to_sign_in(request: HttpRequest, sentence: str) -> HttpResponse:
    messages.success(request, sentence)
    return HttpResponseRedirect(reverse("admin:login"))


def remembered(response: HttpResponse, mark: str) -> HttpResponse:
    """Let the browser keep the mark of a device that has signed in."""
    response.set_cookie(
        devices.COOKIE,
        mark,
        max_age=devices.SECONDS,
        secure=settings.SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response
