"""Grants on single rows over the API."""

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions.grant_permission import grant_permission
from accounts.actions.revoke_grant import revoke_grant
from accounts.api.serializers import GrantSerializer, NewGrantSerializer
from accounts.granting import row_of
from accounts.models import Grant
from accounts.scoping.api import ScopedViewSet


class GrantViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ScopedViewSet):
    """What people may do with single agents and connections, whatever their role says."""

    permissions = {
        "list": "members.read",
        "retrieve": "members.read",
        "create": "members.write",
        "destroy": "members.write",
    }
    queryset = Grant.objects.select_related("user", "permission")
    serializer_class = GrantSerializer
    search_fields = ["user__email"]
    ordering_fields = ["created_at"]
    ordering = ("-created_at",)

    @extend_schema(request=NewGrantSerializer, responses={201: GrantSerializer})
    def create(self, request: Request) -> Response:
        incoming = NewGrantSerializer(data=request.data)
        incoming.is_valid(raise_exception=True)
        said = incoming.validated_data
        row = row_of(said["permission"], said["row"])
        grant = grant_permission(said["member"], said["permission"], row)
        return Response(self.get_serializer(grant).data, status=status.HTTP_201_CREATED)

    def destroy(self, request: Request, pk: str) -> Response:
        revoke_grant(self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)
