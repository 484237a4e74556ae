"""Grants on single rows over the API."""

from uuid import UUID

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions.grant_permission import grant_permission
from accounts.actions.revoke_grant import revoke_grant
from accounts.api.serializers import GrantSerializer, NewGrantSerializer
from accounts.granting import row_of
from accounts.models import Grant
from accounts.reach import SHOWN
from accounts.roles import CHOICES
from accounts.scoping.api import ScopedViewSet


class GrantFilter(filters.FilterSet):  # type: ignore[misc]
    """Grants on one row, of one permission, or held by a role."""

    row = filters.UUIDFilter(field_name="object_pk", method="on_row")
    permission = filters.ChoiceFilter(
        field_name="permission__codename", choices=[(name, name) for name in CHOICES]
    )

    class Meta:
        model = Grant
        fields = ["role", "custom_role"]

    def on_row(self, grants: QuerySet[Grant], name: str, value: UUID) -> QuerySet[Grant]:
        return grants.filter(object_pk=str(value))


class GrantViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ScopedViewSet):
    """What people and roles may do with single agents and connections beyond the matrix."""

    permissions = {
        "list": "members.read",
        "retrieve": "members.read",
        "create": "members.write",
        "destroy": "members.write",
    }
    queryset = Grant.objects.select_related(*SHOWN)
    serializer_class = GrantSerializer
    filterset_class = GrantFilter
    search_fields = ["user__email"]
    ordering_fields = ["created_at"]
    ordering = ("-created_at",)

    @extend_schema(request=NewGrantSerializer, responses={201: GrantSerializer})
    def create(self, request: Request) -> Response:
        incoming = NewGrantSerializer(data=request.data)
        incoming.is_valid(raise_exception=True)
        said = incoming.validated_data
        row = row_of(said["permission"], said["row"])
        grant = grant_permission(said["holder"], said["permission"], row)
        return Response(self.get_serializer(grant).data, status=status.HTTP_201_CREATED)

    def destroy(self, request: Request, pk: str) -> Response:
        revoke_grant(self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)
