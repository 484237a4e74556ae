"""The paths of signing in, which stand below two roots."""

from typing import Any

from django.urls import URLPattern, path

from accounts.api import account, gate
from accounts.api.views import ApiKeyViewSet

VIEWS: dict[str, Any] = {
    "register": gate.RegisterView,
    "register/confirm": gate.ConfirmAccountView,
    "login": gate.LoginView,
    "login/mfa": gate.FinishLoginView,
    "refresh": gate.RefreshView,
    "password/reset": gate.AskPasswordView,
    "password/reset/confirm": gate.ResetPasswordView,
    "invitations/accept": gate.AcceptInvitationView,
    "logout": account.LogoutView,
    "logout-all": account.LogoutAllView,
    "me": account.MeView,
    "switch": account.SwitchView,
    "password": account.PasswordView,
    "confirm": account.ConfirmView,
    "mfa/setup": account.SetUpView,
    "mfa/confirm": account.EnrolView,
    "mfa/disable": account.RemoveFactorView,
    "mfa/recovery-codes": account.RecoveryCodesView,
    "sessions": account.SessionsView,
    "sessions/<int:id>": account.SessionView,
}


def auth_urls(**options: Any) -> list[URLPattern]:
    """Return the paths below auth/; with `schema=None` they stay out of the description."""
    keys = {"schema": None}
    return [
        *(path(f"auth/{name}", view.as_view(**options)) for name, view in VIEWS.items()),
        path(
            "auth/api-keys",
            ApiKeyViewSet.as_view({"get": "list", "post": "create"}, **keys),
        ),
        path("auth/api-keys/<uuid:pk>", ApiKeyViewSet.as_view({"delete": "revoke"}, **keys)),
    ]
