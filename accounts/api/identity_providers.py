"""Identity providers over the API."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions.delete_identity_provider import delete_identity_provider
from accounts.actions.save_identity_provider import save_identity_provider
from accounts.models import IdentityProvider
from accounts.scoping.api import ScopedViewSet
from armproject.lib.rest.strict import StrictFields
from armproject.lib.secret import Secret


class IdentityProviderSerializer(StrictFields, serializers.ModelSerializer[IdentityProvider]):
    client_secret = serializers.CharField(max_length=500, write_only=True, required=False)
    domains = serializers.ListField(
        child=serializers.CharField(max_length=253), max_length=50, required=False
    )

    class Meta:
        model = IdentityProvider
        fields = [
            "id",
            "name",
            "issuer",
            "client_id",
            "client_secret",
            "domains",
            "default_role",
            "is_active",
            "created_at",
        ]


class IdentityProviderViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ScopedViewSet):
    """Where the organization's people sign in by single sign-on; secrets are never shown."""

    permissions = {
        "list": "organization.write",
        "retrieve": "organization.write",
        "create": "organization.write",
        "partial_update": "organization.write",
        "destroy": "organization.write",
    }
    queryset = IdentityProvider.objects.all()
    serializer_class = IdentityProviderSerializer
    search_fields = ["name"]
    ordering_fields = ["created_at", "name"]
    ordering = ("name",)

    @extend_schema(responses={201: IdentityProviderSerializer})
    def create(self, request: Request) -> Response:
        incoming = self.get_serializer(data=request.data)
        incoming.is_valid(raise_exception=True)
        saved = save_identity_provider(IdentityProvider(), **_asked(incoming.validated_data, {}))
        return Response(self.get_serializer(saved).data, status=status.HTTP_201_CREATED)

    def partial_update(self, request: Request, pk: str) -> Response:
        provider = self.get_object()
        incoming = self.get_serializer(provider, data=request.data, partial=True)
        incoming.is_valid(raise_exception=True)
        present = {name: getattr(provider, name) for name in KEPT}
        saved = save_identity_provider(provider, **_asked(incoming.validated_data, present))
        return Response(self.get_serializer(saved).data)

    def destroy(self, request: Request, pk: str) -> Response:
        delete_identity_provider(self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)


KEPT = ("name", "issuer", "client_id", "domains", "default_role", "is_active")


def _asked(given: dict[str, Any], present: dict[str, Any]) -> dict[str, Any]:
    """Return all there is to save: what was given over what stands."""
    secret = given.pop("client_secret", None)
    unsaid = {"domains": [], "default_role": "viewer"}
    return {**unsaid, **present, **given, "client_secret": Secret(secret) if secret else None}
