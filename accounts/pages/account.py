"""One's own account in the Studio: sessions, password, second factor."""

from collections.abc import Callable, Mapping
from typing import Any, cast

from django import forms as django_forms
from django.contrib import messages
from django.contrib.admin import site
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from accounts.actions.change_password import change_password
from accounts.actions.confirm_person import confirm_person
from accounts.actions.end_sessions import end_sessions
from accounts.actions.enrol_second_factor import enrol_second_factor
from accounts.actions.remove_second_factor import remove_second_factor
from accounts.actions.renew_recovery_codes import renew_recovery_codes
from accounts.models import User
from accounts.pages import forms
from accounts.pages.page import GatePage, explain, go_on
from accounts.scoping.authentication import CONFINED
from accounts.signin import second_factor, sessions
from accounts.signin.errors import StepUpNeeded
from armproject.lib.errors import DomainError, Forbidden, NotFound


def account(request: HttpRequest) -> HttpResponse:
    """Show the account and do what one of its forms asks for."""
    standing = getattr(request, "arm_standing", None)
    if standing is not None and not standing.manages_account():
        raise PermissionDenied(CONFINED)
    if request.method != "POST":
        return _show(request)
    deed = DEEDS.get(request.POST.get("do", ""))
    if deed is None:
        return _show(request)
    form_class, act = deed
    form = form_class(request.POST)
    if not form.is_valid():
        return _show(request, **{request.POST["do"]: form})
    try:
        return act(request, form.cleaned_data)
    except StepUpNeeded:
        raise  # the Studio leads to the confirmation and back
    except DomainError as error:
        explain(form, error)
        return _show(request, **{request.POST["do"]: form})


class ConfirmPage(GatePage):
    """Prove again who one is, before something dangerous, and go back to where that was."""

    title = "Confirm that it is you"
    template = "account/confirm.html"
    button = "Confirm"

    @property
    def form_class(self) -> type[django_forms.Form]:  # type: ignore[override]
        return forms.CodeForm if self._is_enrolled() else forms.ConfirmByPasswordForm

    def act(self, request: HttpRequest, given: Mapping[str, Any]) -> HttpResponse:
        if not self._can_prove():
            raise Forbidden("Sign in anew by single sign-on; that counts as a confirmation.")
        confirm_person(_person(request), request.session, **given)
        messages.success(request, "Confirmed. Now do what you were about to do once more.")
        return go_on(request)

    def more(self, request: HttpRequest) -> dict[str, Any]:
        return {"can_prove": self._can_prove(), "enrolled": self._is_enrolled()}

    def _is_enrolled(self) -> bool:
        return second_factor.is_enrolled(_person(self.request).pk)

    def _can_prove(self) -> bool:
        """Tell whether the person has here what a confirmation asks for."""
        standing = self.request.arm_standing  # type: ignore[attr-defined]
        has_proof = self._is_enrolled() or _person(self.request).has_usable_password()
        return has_proof and standing.manages_account()


def _show(request: HttpRequest, **bound: Any) -> HttpResponse:
    user = _person(request)
    enrolled = second_factor.is_enrolled(user.pk)
    shown = {
        **site.each_context(request),
        "title": "Your account",
        "person": user,
        "enrolled": enrolled,
        "left": second_factor.remaining_recovery_codes(user.pk),
        "sessions": sessions.rows_of(user.pk),
        "current": request.session.session_key,
        "has_password": user.has_usable_password(),
        "not_admitted": getattr(request, "arm_not_admitted", None),
        "password_form": bound.get("password") or forms.ChangePasswordForm(prefix=None),
        "remove_form": bound.get("remove")
        or forms.RemoveForm(has_password=user.has_usable_password()),
        "renew_form": bound.get("renew") or forms.CodeForm(),
        **({} if enrolled else _setup(user, bound.get("enrol"))),
    }
    return TemplateResponse(request, "account/account.html", shown).render()


def _setup(user: User, bound: django_forms.Form | None) -> dict[str, Any]:
    """Return a fresh secret to scan, or the one whose code was mistyped."""
    kept = second_factor.opened_setup(bound.data["setup_token"], user) if bound else None
    secret, token = second_factor.draw_secret(user)
    if kept and bound:
        secret, token = kept, bound.data["setup_token"]
    address = second_factor.address_of(user, secret)
    return {
        "secret": " ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
        "picture": second_factor.picture_of(address),
        "enrol_form": bound or forms.EnrolForm(initial={"setup_token": token}),
    }


def _password(request: HttpRequest, given: Mapping[str, Any]) -> HttpResponse:
    change_password(_person(request), request.session, **given)
    return _done(request, "Your password is changed; your other sessions have ended.")


def _enrol(request: HttpRequest, given: Mapping[str, Any]) -> HttpResponse:
    codes = enrol_second_factor(_person(request), request.session, **given)
    return _codes(request, codes)


def _renew(request: HttpRequest, given: Mapping[str, Any]) -> HttpResponse:
    return _codes(request, renew_recovery_codes(_person(request), **given))


def _remove(request: HttpRequest, given: Mapping[str, Any]) -> HttpResponse:
    remove_second_factor(_person(request), password=given.get("password", ""), code=given["code"])
    return _done(request, "Your account has no second factor any more.")


def _end(request: HttpRequest, given: Mapping[str, Any]) -> HttpResponse:
    chosen = request.POST.get("session", "")
    if not chosen.isdecimal():
        raise NotFound("You have no such session.")
    end_sessions(
        _person(request),
        session_id=int(chosen),
        except_key=str(request.session.session_key),
    )
    return _done(request, "That session has ended.")


def _end_others(request: HttpRequest, given: Mapping[str, Any]) -> HttpResponse:
    end_sessions(_person(request), except_key=str(request.session.session_key))
    return _done(request, "All your other sessions have ended.")


def _codes(request: HttpRequest, codes: list[str]) -> HttpResponse:
    shown = {**site.each_context(request), "title": "Recovery codes", "codes": codes}
    return TemplateResponse(request, "account/codes.html", shown).render()


def _done(request: HttpRequest, sentence: str) -> HttpResponse:
    messages.success(request, sentence)
    return HttpResponseRedirect(reverse("admin:account"))


def _person(request: HttpRequest) -> User:
    return cast(User, request.user)


Act = Callable[[HttpRequest, Mapping[str, Any]], HttpResponse]
DEEDS: dict[str, tuple[type[django_forms.Form], Act]] = {
    "password": (forms.ChangePasswordForm, _password),
    "enrol": (forms.EnrolForm, _enrol),
    "renew": (forms.CodeForm, _renew),
    "remove": (forms.RemoveForm, _remove),
    "end": (forms.NothingForm, _end),
    "end_others": (forms.NothingForm, _end_others),
}
