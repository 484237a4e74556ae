"""Signing in over the API: the calls that need nobody to be signed in."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.actions.accept_invitation import accept_invitation
from accounts.actions.ask_for_password import ask_for_password
from accounts.actions.confirm_account import confirm_account
from accounts.actions.finish_sign_in import finish_sign_in
from accounts.actions.issue_tokens import issue_tokens
from accounts.actions.refresh_tokens import refresh_tokens
from accounts.actions.register import register
from accounts.actions.reset_password import reset_password
from accounts.actions.sign_in import sign_in
from accounts.api import auth_serializers as shapes
from accounts.models import User
from accounts.signin import devices, sessions
from armproject.lib.errors import Forbidden

ASKED = "If this can be done, a mail to that address says how to go on."


class GateView(APIView):
    """A call before anybody is signed in. Browsers may make it from our own pages only."""

    public = True
    own_transactions = True
    authentication_classes = ()
    permission_classes = ()
    max_body_bytes = 16 * 2**10

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        origin = request.headers.get("Origin")
        ours = {*settings.CSRF_TRUSTED_ORIGINS, f"{request.scheme}://{request.get_host()}"}
        if origin and origin not in ours:
            raise Forbidden("This call came from another site's page.")

    def read(self, shape: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
        """Return the body as the serializer takes it."""
        incoming = shape(data=request.data)
        incoming.is_valid(raise_exception=True)
        return dict(incoming.validated_data)


class RegisterView(GateView):
    """Register an account; the mail to its address says how to go on."""

    @extend_schema(request=shapes.RegisterSerializer, responses={202: shapes.SaidSerializer})
    def post(self, request: Request) -> Response:
        register(**self.read(shapes.RegisterSerializer, request))
        return Response({"message": ASKED}, status=status.HTTP_202_ACCEPTED)


class ConfirmAccountView(GateView):
    """Open the account whose registration mail was received."""

    @extend_schema(request=shapes.ConfirmAccountSerializer, responses=shapes.SaidSerializer)
    def post(self, request: Request) -> Response:
        confirm_account(**self.read(shapes.ConfirmAccountSerializer, request))
        return Response({"message": "Your account is open; sign in."})


class LoginView(GateView):
    """Sign in by address and password, and by a code where the account has a second factor."""

    @extend_schema(request=shapes.LoginSerializer, responses=shapes.SignedInSerializer)
    def post(self, request: Request) -> Response:
        given = self.read(shapes.LoginSerializer, request)
        program = _program()
        user = sign_in(
            program,
            given["email"],
            given["password"],
            code=given["code"],
            device=given["device_token"],
        )
        return Response(_signed_in(program, user))


class FinishLoginView(GateView):
    """Send the code that signing in asked for."""

    @extend_schema(request=shapes.FinishLoginSerializer, responses=shapes.SignedInSerializer)
    def post(self, request: Request) -> Response:
        program = _program()
        user = finish_sign_in(program, **self.read(shapes.FinishLoginSerializer, request))
        return Response(_signed_in(program, user))


class RefreshView(GateView):
    """Exchange a refresh token, which works once, for new tokens."""

    @extend_schema(request=shapes.RefreshSerializer, responses=shapes.TokensSerializer)
    def post(self, request: Request) -> Response:
        given = self.read(shapes.RefreshSerializer, request)
        return Response(refresh_tokens(given["refresh_token"]))


class AskPasswordView(GateView):
    """Ask for a link to set a new password."""

    @extend_schema(request=shapes.AskPasswordSerializer, responses={202: shapes.SaidSerializer})
    def post(self, request: Request) -> Response:
        ask_for_password(self.read(shapes.AskPasswordSerializer, request)["email"])
        return Response({"message": ASKED}, status=status.HTTP_202_ACCEPTED)


class ResetPasswordView(GateView):
    """Set a new password by the link of a mail; it signs nobody in."""

    @extend_schema(request=shapes.ResetPasswordSerializer, responses=shapes.SaidSerializer)
    def post(self, request: Request) -> Response:
        reset_password(**self.read(shapes.ResetPasswordSerializer, request))
        return Response({"message": "Your password is set; sign in with it."})


class AcceptInvitationView(GateView):
    """Join an organization by the link of an invitation; it signs nobody in."""

    @extend_schema(request=shapes.AcceptSerializer, responses=shapes.JoinedSerializer)
    def post(self, request: Request) -> Response:
        membership = accept_invitation(**self.read(shapes.AcceptSerializer, request))
        return Response(shapes.JoinedSerializer(membership).data)


def _program() -> HttpRequest:
    """Return a request that carries a session of its own, apart from any browser's."""
    request = HttpRequest()
    request.session = sessions.new()
    return request


def _signed_in(program: HttpRequest, user: User) -> dict[str, Any]:
    tokens = issue_tokens(program.session, user)
    return {**tokens, "device_token": devices.mark_for(user)}
