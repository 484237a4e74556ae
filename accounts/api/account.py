"""One's own account over the API: for people in a session, by token or by cookie."""

from typing import Any

from allauth.usersessions.models import UserSession
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.actions.change_password import change_password
from accounts.actions.close_session import close_session
from accounts.actions.confirm_person import confirm_person
from accounts.actions.end_sessions import end_sessions
from accounts.actions.enrol_second_factor import enrol_second_factor
from accounts.actions.remove_second_factor import remove_second_factor
from accounts.actions.renew_recovery_codes import renew_recovery_codes
from accounts.actions.switch_organization import switch_organization
from accounts.actions.update_person import update_person
from accounts.api import auth_serializers as shapes
from accounts.models import SignInEvent, User
from accounts.scoping.api import ScopedViewSet
from accounts.scoping.authentication import ANY_MEMBER, AccountOwner, SignedInPerson
from accounts.signin import second_factor, sessions
from accounts.signin.places import memberships_of
from armproject.lib import context
from armproject.lib.errors import Unauthenticated
from armproject.lib.rest.schema import ALSO

SIGN_IN = "Sign in, or send a token as 'Authorization: Bearer …'."
EVERY_METHOD = dict.fromkeys(("get", "post", "patch", "delete"), ANY_MEMBER)


class AccountView(APIView):
    """A call of a person about themselves; it needs no organization."""

    own_transactions = True
    permissions = EVERY_METHOD
    permission_classes = [AccountOwner]

    def read(self, shape: Any, request: Request) -> dict[str, Any]:
        """Return the body as the serializer takes it."""
        incoming = shape(data=request.data)
        incoming.is_valid(raise_exception=True)
        return dict(incoming.validated_data)


class MeView(AccountView):
    """Who you are, where, and what you may do there."""

    permission_classes = []

    @extend_schema(responses=shapes.MeSerializer)
    def get(self, request: Request) -> Response:
        return Response(_me(request, _whoever()))

    @extend_schema(request=shapes.PersonSerializer, responses=shapes.MeSerializer)
    def patch(self, request: Request) -> Response:
        if not AccountOwner().has_permission(request, self):
            raise Unauthenticated(SIGN_IN)
        changed = update_person(_whoever(), **self.read(shapes.PersonSerializer, request))
        return Response(_me(request, changed))


class LogoutView(AccountView):
    """End this session at once."""

    permission_classes = [SignedInPerson]

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        close_session(request._request.session)
        return Response(status=status.HTTP_204_NO_CONTENT)


class LogoutAllView(AccountView):
    """End every session of yours, this one too."""

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        end_sessions(_whoever())
        close_session(request._request.session)
        return Response(status=status.HTTP_204_NO_CONTENT)


class SwitchView(AccountView):
    """Work in another of your organizations: new tokens; the former refresh token is used up."""

    permission_classes = [SignedInPerson]

    @extend_schema(
        request=shapes.SwitchSerializer,
        responses=shapes.TokensSerializer,
        extensions={ALSO: ["404"]},
    )
    def post(self, request: Request) -> Response:
        wanted = self.read(shapes.SwitchSerializer, request)["organization"]
        http = request._request
        known = http.arm_memberships  # type: ignore[attr-defined]
        return Response(switch_organization(_whoever(), http.session, known, str(wanted)))


class PasswordView(AccountView):
    """Change your password; your other sessions end."""

    @extend_schema(request=shapes.ChangePasswordSerializer, responses={204: None})
    def post(self, request: Request) -> Response:
        given = self.read(shapes.ChangePasswordSerializer, request)
        change_password(
            _whoever(),
            request._request.session,
            present=given["current_password"],
            new=given["new_password"],
        )
        return Response(status=status.HTTP_204_NO_CONTENT)


class ConfirmView(AccountView):
    """Confirm that it is you, before something dangerous."""

    @extend_schema(request=shapes.ConfirmSerializer, responses={204: None})
    def post(self, request: Request) -> Response:
        given = self.read(shapes.ConfirmSerializer, request)
        confirm_person(_whoever(), request._request.session, **given)
        return Response(status=status.HTTP_204_NO_CONTENT)


class SetUpView(AccountView):
    """Begin to set up an authenticator."""

    @extend_schema(request=None, responses=shapes.SetUpSerializer)
    def post(self, request: Request) -> Response:
        user = _whoever()
        secret, token = second_factor.draw_secret(user)
        address = second_factor.address_of(user, secret)
        picture = second_factor.picture_of(address)
        told = {"secret": secret, "address": address, "picture": picture, "setup_token": token}
        return Response(told)


class EnrolView(AccountView):
    """Finish setting up an authenticator with a code of it; recovery codes are shown once."""

    @extend_schema(request=shapes.EnrolSerializer, responses=shapes.RecoveryCodesSerializer)
    def post(self, request: Request) -> Response:
        given = self.read(shapes.EnrolSerializer, request)
        codes = enrol_second_factor(_whoever(), request._request.session, **given)
        return Response({"recovery_codes": codes})


class RemoveFactorView(AccountView):
    """Remove your second factor."""

    @extend_schema(request=shapes.ConfirmSerializer, responses={204: None})
    def post(self, request: Request) -> Response:
        remove_second_factor(_whoever(), **self.read(shapes.ConfirmSerializer, request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class RecoveryCodesView(AccountView):
    """Replace your recovery codes; the new ones are shown once."""

    @extend_schema(request=shapes.CodeSerializer, responses=shapes.RecoveryCodesSerializer)
    def post(self, request: Request) -> Response:
        codes = renew_recovery_codes(_whoever(), **self.read(shapes.CodeSerializer, request))
        return Response({"recovery_codes": codes})


class SessionsView(AccountView):
    """Where you are signed in."""

    @extend_schema(responses=shapes.SessionSerializer(many=True))
    def get(self, request: Request) -> Response:
        rows = sessions.rows_of(_whoever().pk)
        about = {"session_key": request._request.session.session_key}
        return Response(shapes.SessionSerializer(rows, many=True, context=about).data)


class SessionView(AccountView):
    """One of your sessions."""

    parameter_models = {"id": UserSession}

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request, id: int) -> Response:  # noqa: A002 - the path's word
        end_sessions(_whoever(), session_id=id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class SignInEventViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ScopedViewSet):
    """Sign-ins: your own, and everybody's where you may read the audit log."""

    permissions = {"list": ANY_MEMBER, "retrieve": ANY_MEMBER}
    queryset = SignInEvent.objects.select_related("user")
    serializer_class = shapes.SignInEventSerializer
    filterset_fields = ["outcome"]
    search_fields = ["user__email"]
    ordering_fields = ["created_at"]
    ordering = ("-created_at",)

    def get_queryset(self) -> QuerySet[SignInEvent]:
        return super().get_queryset().visible()  # type: ignore[no-any-return, attr-defined]


def _whoever() -> User:
    """Return the person behind this call."""
    principal = context.principal()
    if principal is None or principal.user_id is None:
        raise Unauthenticated(SIGN_IN)
    return User.objects.get(pk=principal.user_id)


def _me(request: Request, user: User) -> dict[str, Any]:
    now = context.current()
    known = getattr(request._request, "arm_memberships", None)
    if known is None:  # a key belongs to one organization
        known = [m for m in memberships_of(user) if m.organization_id == now.organization_id]
    return {
        "id": user.pk,
        "email": user.email,
        "name": user.name,
        "organization": now.organization_id,
        "organizations": shapes.MembershipOfMineSerializer(known, many=True).data,
        "permissions": sorted(now.rights),
        "has_second_factor": second_factor.is_enrolled(user.pk),
        "recovery_codes_left": second_factor.remaining_recovery_codes(user.pk),
    }
