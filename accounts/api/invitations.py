"""Invitations over the API."""

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions.invite_member import invite_member
from accounts.actions.resend_invitation import resend_invitation
from accounts.actions.revoke_invitation import revoke_invitation
from accounts.api.serializers import InvitationSerializer, NewInvitationSerializer
from accounts.models import Invitation
from accounts.scoping.api import ScopedViewSet


class InvitationViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ScopedViewSet):
    """Invitations to the organization; who accepts one becomes a member."""

    permissions = {
        "list": "members.read",
        "retrieve": "members.read",
        "create": "members.write",
        "resend": "members.write",
        "revoke": "members.write",
    }
    queryset = Invitation.objects.select_related("invited_by", "custom_role")
    serializer_class = InvitationSerializer
    filterset_fields = ["role", "custom_role"]
    search_fields = ["email"]
    ordering_fields = ["created_at"]
    ordering = ("-created_at",)

    @extend_schema(request=NewInvitationSerializer, responses={201: InvitationSerializer})
    def create(self, request: Request) -> Response:
        incoming = NewInvitationSerializer(data=request.data)
        incoming.is_valid(raise_exception=True)
        invitation = invite_member(**incoming.validated_data)
        return Response(self.get_serializer(invitation).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=InvitationSerializer)
    @action(detail=True, methods=["post"])
    def resend(self, request: Request, pk: str) -> Response:
        return Response(self.get_serializer(resend_invitation(self.get_object())).data)

    @extend_schema(request=None, responses=InvitationSerializer)
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, pk: str) -> Response:
        return Response(self.get_serializer(revoke_invitation(self.get_object())).data)
