"""One short method per endpoint, calling an action."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions.change_role import change_role
from accounts.actions.issue_api_key import issue_api_key
from accounts.actions.remove_member import remove_member
from accounts.actions.revoke_api_key import revoke_api_key
from accounts.actions.rotate_api_key import rotate_api_key
from accounts.actions.update_organization import update_organization
from accounts.api.keys import KeyActions
from accounts.api.serializers import (
    ApiKeySerializer,
    GivenRoleSerializer,
    IssuedApiKeySerializer,
    KeyRotationSerializer,
    MembershipSerializer,
    OrganizationSerializer,
    ReachSerializer,
)
from accounts.models import ApiKey, Membership, Organization
from accounts.reach import grants_of_member, rights_of_member
from accounts.scoping.api import ScopedViewSet
from armproject.lib.secret import Secret


class OrganizationViewSet(
    KeyActions, mixins.ListModelMixin, mixins.RetrieveModelMixin, ScopedViewSet
):
    """Organizations the caller belongs to; a key belongs to one."""

    permissions = {
        "list": "organization.read",
        "retrieve": "organization.read",
        "partial_update": "organization.write",
        "keys": "keys.read",
        "rotate_key": "keys.rotate",
    }
    queryset = Organization.objects.none()
    serializer_class = OrganizationSerializer

    def get_queryset(self) -> QuerySet[Organization]:
        return Organization.objects.current()

    def partial_update(self, request: Request, pk: str) -> Response:
        organization = self.get_object()
        incoming = self.get_serializer(organization, data=request.data, partial=True)
        incoming.is_valid(raise_exception=True)
        changed = update_organization(organization, **incoming.validated_data)
        return Response(self.get_serializer(changed).data)


class MemberViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ScopedViewSet):
    """The people of the organization and their roles; others are invited."""

    permissions = {
        "list": "members.read",
        "retrieve": "members.read",
        "reach": "members.read",
        "partial_update": "members.write",
        "destroy": "members.write",
    }
    queryset = Membership.objects.select_related("user", "custom_role")
    serializer_class = MembershipSerializer
    filterset_fields = ["role", "custom_role"]
    search_fields = ["user__email", "user__name"]
    ordering_fields = ["created_at"]
    ordering = ("created_at",)

    @extend_schema(request=GivenRoleSerializer, responses=MembershipSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        membership = self.get_object()
        incoming = GivenRoleSerializer(data=request.data)
        incoming.is_valid(raise_exception=True)
        changed = change_role(membership, incoming.validated_data["role"])
        return Response(self.get_serializer(changed).data)

    def destroy(self, request: Request, pk: str) -> Response:
        remove_member(self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses=ReachSerializer)
    @action(detail=True, filterset_fields=[], search_fields=[], ordering_fields=[])
    def reach(self, request: Request, pk: str) -> Response:
        """Tell all the member can reach, and why."""
        member = self.get_object()
        reached = {
            "role": member.role_name,
            "rights": rights_of_member(member),
            "grants": [each.grant for each in grants_of_member(member)],
        }
        return Response(ReachSerializer(reached).data)


class ApiKeyViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ScopedViewSet):
    """API keys of the organization; a token is shown once, when it is issued."""

    permissions = {
        "list": "api_keys.read",
        "retrieve": "api_keys.read",
        "create": "api_keys.write",
        "rotate": "api_keys.write",
        "revoke": "api_keys.write",
    }
    queryset = ApiKey.objects.select_related("user")
    serializer_class = ApiKeySerializer
    search_fields = ["name"]
    ordering_fields = ["created_at", "name"]
    ordering = ("-created_at",)

    @extend_schema(responses={201: IssuedApiKeySerializer})
    def create(self, request: Request) -> Response:
        incoming = self.get_serializer(data=request.data)
        incoming.is_valid(raise_exception=True)
        issued = self._with_token(*issue_api_key(**incoming.validated_data))
        return Response(issued, status=status.HTTP_201_CREATED)

    @extend_schema(request=KeyRotationSerializer, responses=IssuedApiKeySerializer)
    @action(detail=True, methods=["post"])
    def rotate(self, request: Request, pk: str) -> Response:
        """Give the key a new secret, shown this once; the old one may work on for a while."""
        incoming = KeyRotationSerializer(data=request.data)
        incoming.is_valid(raise_exception=True)
        rotated = rotate_api_key(self.get_object(), **incoming.validated_data)
        return Response(self._with_token(*rotated))

    @extend_schema(request=None, responses=ApiKeySerializer)
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, pk: str) -> Response:
        return Response(self.get_serializer(revoke_api_key(self.get_object())).data)

    def _with_token(self, key: ApiKey, token: Secret) -> dict[str, Any]:
        return {**self.get_serializer(key).data, "token": token.reveal()}
