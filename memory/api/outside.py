"""Memory services outside, at the API's door."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.scoping.api import ScopedViewSet
from armproject.lib.rest.schema import ALSO
from armproject.lib.rest.strict import StrictFields
from armproject.lib.secret import Secret
from memory.actions.add_external_store import add_external_store
from memory.actions.change_external_store import change_external_store
from memory.actions.remove_external_store import remove_external_store
from memory.actions.request_reconciliation import request_reconciliation
from memory.models import ExternalStore

NOT_NOW = {ALSO: ["409"]}
SECRETS = ("address", "key")


class NewServiceSerializer(StrictFields):
    """A memory service: its base URL and the key it is called with. Both are kept sealed."""

    name = serializers.CharField(max_length=90)
    address = serializers.CharField(max_length=2000, write_only=True)
    key = serializers.CharField(max_length=1000, write_only=True)


class ServiceChangeSerializer(StrictFields):
    """What is to change; another address needs the key again."""

    name = serializers.CharField(max_length=90, required=False)
    address = serializers.CharField(max_length=2000, required=False, write_only=True)
    key = serializers.CharField(max_length=1000, required=False, write_only=True)
    is_on = serializers.BooleanField(required=False)


class ServiceSerializer(serializers.ModelSerializer[ExternalStore]):
    """A memory service: where it leads, how it fares, and when both were last compared.

    Its deliveries are those of its `subscription`.
    """

    leads_to = serializers.CharField(source="subscription.address_hint")
    is_on = serializers.BooleanField(source="subscription.is_on")
    last_delivered_at = serializers.DateTimeField(
        source="subscription.last_delivered_at", allow_null=True
    )
    last_error = serializers.SerializerMethodField()

    class Meta:
        model = ExternalStore
        fields: ClassVar = [
            "id",
            "name",
            "leads_to",
            "is_on",
            "subscription",
            "last_delivered_at",
            "compared_at",
            "compared",
            "repaired",
            "last_error",
            "created_at",
        ]
        read_only_fields = fields

    def get_last_error(self, store: ExternalStore) -> str:
        return store.last_error or str(store.subscription.last_error)


class ReconciliationSerializer(serializers.Serializer[Any]):
    """The job that compares and repairs."""

    job = serializers.UUIDField(source="id")


class ServiceViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ScopedViewSet):
    """Memory services outside that every memory is written through to."""

    permissions: ClassVar = {
        "list": "memories.manage",
        "retrieve": "memories.manage",
        "create": "memories.manage",
        "partial_update": "memories.manage",
        "destroy": "memories.manage",
        "reconcile": "memories.manage",
    }
    queryset = ExternalStore.objects.select_related("subscription__organization")
    serializer_class = ServiceSerializer
    ordering: ClassVar = ("name",)

    @extend_schema(
        request=NewServiceSerializer, responses={201: ServiceSerializer}, extensions=NOT_NOW
    )
    def create(self, request: Request) -> Response:
        """Write every memory through to a service; what is known already follows."""
        store = add_external_store(**_read(NewServiceSerializer, request))
        return Response(self.get_serializer(store).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=ServiceChangeSerializer, responses=ServiceSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change its name, address or key, or switch it on or off."""
        store = self.get_object()
        changed = change_external_store(store, **_read(ServiceChangeSerializer, request))
        return Response(self.get_serializer(changed).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Tell it nothing any more; what it holds stays there."""
        remove_external_store(self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses={202: ReconciliationSerializer}, extensions=NOT_NOW)
    @action(detail=True, methods=["post"])
    def reconcile(self, request: Request, pk: str) -> Response:
        """Compare it with what is known here and repair what differs, as a job."""
        job = request_reconciliation(self.get_object())
        return Response(ReconciliationSerializer(job).data, status=status.HTTP_202_ACCEPTED)


def _read(kind: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    incoming = kind(data=request.data)
    incoming.is_valid(raise_exception=True)
    told = dict(incoming.validated_data)
    return {name: Secret(value) if name in SECRETS else value for name, value in told.items()}
