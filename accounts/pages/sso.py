"""Single sign-on in the browser: choosing a provider, going there, coming back."""

import secrets
from collections.abc import Mapping
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from requests import RequestException

from accounts.actions.enter_by_provider import enter_by_provider
from accounts.models import canonical_email
from accounts.pages import forms
from accounts.pages.gate import WAITING, remembered
from accounts.pages.page import GatePage, next_of
from accounts.signin import devices, sso
from accounts.signin.errors import CodeNeeded
from armproject.lib.errors import DomainError

FAILED = "That did not work. Begin again; if it stays so, ask an admin of your organization."


class SsoPage(GatePage):
    """Ask for the address, whose domain says where to sign in."""

    form_class = forms.AddressForm
    template = "account/sso.html"
    title = "Single sign-on"
    text = "The domain of your address tells where you sign in."

    def act(self, request: HttpRequest, given: Mapping[str, Any]) -> HttpResponse:
        self.found = sso.for_domain(canonical_email(given["email"]))
        self.asked = True
        return self.show(request, self.form_class(request.POST))

    def more(self, request: HttpRequest) -> dict[str, Any]:
        return {"found": getattr(self, "found", None), "asked": getattr(self, "asked", False)}


def begin(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Send the browser to the provider, with a state, a challenge and a nonce of its own."""
    try:
        with sso.using(sso.find(provider_id)):
            provider = get_adapter().get_provider(request, provider_id)
            provider.oauth2_adapter_class = sso.CheckedAdapter
            nonce = secrets.token_urlsafe(24)
            response: HttpResponse = provider.redirect(
                request,
                AuthProcess.LOGIN,
                next_url=next_of(request),
                data={"nonce": nonce},
                auth_params={"nonce": nonce},
            )
            return response
    except (DomainError, RequestException, KeyError, ValueError):
        return _refused(request, FAILED)


def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Take the browser back and let the person in."""
    try:
        with sso.using(sso.find(provider_id)):
            adapter = sso.CheckedAdapter(request, provider_id)
            view = OAuth2CallbackView.adapter_view(adapter)
            response: HttpResponse = view(request)
            return response
    except (DomainError, KeyError, ValueError):
        return _refused(request, FAILED)


begin.own_transactions = callback.own_transactions = True  # type: ignore[attr-defined]


class Arrival(sso.SsoAdapter):
    """What happens when allauth has talked to the provider."""

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Let the person in by our own action, or back to the gate; allauth goes no further."""
        raise ImmediateHttpResponse(_arrive(request, sociallogin))

    def on_authentication_error(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        raise ImmediateHttpResponse(_refused(request, FAILED))


def _arrive(request: HttpRequest, sociallogin: Any) -> HttpResponse:
    told = sociallogin.account.extra_data
    token, info = told.get("id_token") or {}, told.get("userinfo") or {}
    wanted = (sociallogin.state.get("data") or {}).get("nonce")
    if not wanted or token.get("nonce") != wanted or info.get("sub") != token.get("sub"):
        return _refused(request, FAILED)
    where = sociallogin.state.get("next") or reverse("admin:index")
    provider = sso.find(sociallogin.account.provider)
    try:
        user = enter_by_provider(request, provider, {**info, **token}, token["sub"])
    except CodeNeeded as needed:
        request.session[WAITING] = needed.details["mfa_token"]
        return HttpResponseRedirect(reverse("admin:sign_in_code"))
    except DomainError as error:
        return _refused(request, error.message)
    response = HttpResponseRedirect(where)
    if devices.is_marked(request.COOKIES.get(devices.COOKIE, ""), user):
        return response
    return remembered(response, devices.mark_for(user, proved=provider.organization is None))


def _refused(request: HttpRequest, sentence: str) -> HttpResponse:
    messages.error(request, sentence)
    return HttpResponseRedirect(reverse("admin:login"))
