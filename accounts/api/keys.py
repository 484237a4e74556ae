"""The organization's encryption keys at the API's door: what there is, never what it holds."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions.rotate_organization_key import rotate_organization_key
from accounts.models import OrganizationKey
from accounts.reports import keys_with_counts


class OrganizationKeySerializer(serializers.ModelSerializer[OrganizationKey]):
    sealed_values = serializers.IntegerField(read_only=True, default=0)

    class Meta:
        model = OrganizationKey
        fields = [
            "version",
            "state",
            "master_key_id",
            "encryptions",
            "sealed_values",
            "created_at",
            "replaced_at",
        ]
        read_only_fields = fields


class KeyActions:
    """What the endpoint of an organization says and does about its keys."""

    get_object: Any

    @extend_schema(responses=OrganizationKeySerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def keys(self, request: Request, pk: str) -> Response:
        """Versions of the key, newest first: which master key wraps each, what each sealed."""
        self.get_object()
        return Response(OrganizationKeySerializer(keys_with_counts(), many=True).data)

    @extend_schema(request=None, responses={202: OrganizationKeySerializer})
    @action(detail=True, methods=["post"], url_path="keys/rotate")
    def rotate_key(self, request: Request, pk: str) -> Response:
        """Give the organization a new key; what older ones sealed is sealed anew by a job."""
        self.get_object()
        key = OrganizationKeySerializer(rotate_organization_key())
        return Response(key.data, status=status.HTTP_202_ACCEPTED)
