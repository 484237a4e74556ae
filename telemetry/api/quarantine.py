"""What could not be kept, at the API's door."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.scoping.api import ScopedViewSet
from armproject.lib.rest.schema import ALSO
from armproject.lib.rest.strict import StrictFields
from telemetry.actions.discard_quarantined import discard_quarantined
from telemetry.actions.open_quarantined import open_quarantined
from telemetry.actions.replay_quarantine import replay_quarantine
from telemetry.actions.replay_quarantined import replay_quarantined
from telemetry.models import Quarantined

NOT_YET = {ALSO: ["409"]}


class QuarantinedSerializer(serializers.ModelSerializer[Quarantined]):
    """What is known of an item without opening it."""

    class Meta:
        model = Quarantined
        fields: ClassVar = ["id", "door", "reason", "item_id", "size", "created_at"]
        read_only_fields: ClassVar = fields


class QuarantinedContentSerializer(serializers.Serializer[Any]):
    """What was sent: an `event`, a `span` with its `origin`, or `records`; else its base64."""

    content = serializers.JSONField()


class QuarantineReasonSerializer(StrictFields, serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=300)


class QuarantineReplaySerializer(serializers.Serializer[Any]):
    kept = serializers.IntegerField()
    refused = serializers.IntegerField()


class ReplayedItemSerializer(serializers.Serializer[Any]):
    kept = serializers.IntegerField(help_text="Steps that are new; 0 where it was known already.")


class QuarantineViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ScopedViewSet):
    """What agents sent and could not be kept, sealed, until somebody decides."""

    permissions: ClassVar = {
        "list": "quarantine.read",
        "retrieve": "quarantine.read",
        "open": "quarantine.open",
        "replay": "quarantine.decide",
        "replay_all": "quarantine.decide",
        "destroy": "quarantine.decide",
    }
    queryset = Quarantined.objects.all()
    serializer_class = QuarantinedSerializer
    filterset_fields: ClassVar = ["door", "reason", "item_id"]

    def destroy(self, request: Request, pk: str) -> Response:
        discard_quarantined(self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=QuarantinedContentSerializer)
    @action(detail=True, methods=["post"])
    def open(self, request: Request, pk: str) -> Response:
        """Return what was sent; the audit log notes who looked."""
        return Response({"content": open_quarantined(self.get_object())})

    @extend_schema(request=None, responses=ReplayedItemSerializer, extensions=NOT_YET)
    @action(detail=True, methods=["post"])
    def replay(self, request: Request, pk: str) -> Response:
        """Read an item through its door again and keep it."""
        return Response({"kept": replay_quarantined(self.get_object())})

    @extend_schema(
        operation_id="telemetry_quarantine_replay_all",
        request=QuarantineReasonSerializer,
        responses=QuarantineReplaySerializer,
    )
    @action(detail=False, methods=["post"], url_path="replay")
    def replay_all(self, request: Request) -> Response:
        """Replay up to 500 items that were put aside for one reason, the oldest first."""
        incoming = QuarantineReasonSerializer(data=request.data)
        incoming.is_valid(raise_exception=True)
        replay = replay_quarantine(incoming.validated_data["reason"])
        return Response(QuarantineReplaySerializer(replay).data)
