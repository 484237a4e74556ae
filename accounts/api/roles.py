"""Roles over the API: those every organization has, and its own."""

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions.create_role import create_role
from accounts.actions.delete_role import delete_role
from accounts.actions.update_role import update_role
from accounts.api.serializers import BuiltInRoleSerializer, CustomRoleSerializer
from accounts.models import CustomRole
from accounts.roles import Role, rights_of
from accounts.scoping.api import ScopedViewSet


class RoleViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ScopedViewSet):
    """The organization's own roles, beside those everybody has."""

    permissions = {
        "list": "roles.read",
        "retrieve": "roles.read",
        "built_in": "roles.read",
        "create": "roles.write",
        "partial_update": "roles.write",
        "destroy": "roles.write",
    }
    queryset = CustomRole.objects.all()
    serializer_class = CustomRoleSerializer
    search_fields = ["name"]
    ordering_fields = ["name", "created_at"]
    ordering = ("name",)

    @extend_schema(responses={201: CustomRoleSerializer})
    def create(self, request: Request) -> Response:
        incoming = self.get_serializer(data=request.data)
        incoming.is_valid(raise_exception=True)
        role = create_role(**incoming.validated_data)
        return Response(self.get_serializer(role).data, status=status.HTTP_201_CREATED)

    def partial_update(self, request: Request, pk: str) -> Response:
        role = self.get_object()
        incoming = self.get_serializer(role, data=request.data, partial=True)
        incoming.is_valid(raise_exception=True)
        changed = update_role(role, **incoming.validated_data)
        return Response(self.get_serializer(changed).data)

    def destroy(self, request: Request, pk: str) -> Response:
        delete_role(self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses=BuiltInRoleSerializer(many=True))
    @action(detail=False, url_path="built-in", pagination_class=None, filter_backends=[])
    def built_in(self, request: Request) -> Response:
        """Tell what each role that every organization has may do."""
        roles = [{"role": each, "permissions": sorted(rights_of(each))} for each in Role.values]
        return Response(BuiltInRoleSerializer(roles, many=True).data)
