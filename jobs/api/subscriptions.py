"""Subscriptions and what is sent to them, at the API's door."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.fence import fenced
from accounts.scoping.api import ScopedViewSet
from armproject.lib.rest.schema import ALSO
from armproject.lib.secret import Secret
from jobs.actions.change_subscription import change_subscription
from jobs.actions.create_subscription import create_subscription
from jobs.actions.delete_subscription import delete_subscription
from jobs.actions.replay_dead_letters import replay_dead_letters
from jobs.actions.replay_delivery import replay_delivery
from jobs.actions.replay_events_since import replay_events_since
from jobs.actions.rotate_subscription_secret import rotate_subscription_secret
from jobs.actions.test_subscription import test_subscription
from jobs.api import serializers
from jobs.models import Delivery, Subscription
from jobs.topics import TOPICS

NOT_NOW = {ALSO: ["409"]}


class SubscriptionViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ScopedViewSet):
    """Who outside hears of what happens: signed, in order, at least once."""

    permissions: ClassVar = {
        "list": "subscriptions.read",
        "retrieve": "subscriptions.read",
        "topics": "subscriptions.read",
        "create": "subscriptions.write",
        "partial_update": "subscriptions.write",
        "destroy": "subscriptions.write",
        "test": "subscriptions.write",
        "rotate": "subscriptions.write",
        "replay": "subscriptions.write",
        "replay_since": "subscriptions.write",
    }
    queryset = Subscription.objects.all()
    serializer_class = serializers.SubscriptionSerializer
    filterset_fields: ClassVar = ["kind", "state"]
    search_fields: ClassVar = ["name"]
    ordering_fields: ClassVar = ["name", "created_at"]
    ordering: ClassVar = ("name",)

    @extend_schema(
        responses={201: serializers.NewSubscriptionSerializer}, extensions={ALSO: ["409"]}
    )
    def create(self, request: Request) -> Response:
        """Subscribe an address to topics; the secret that signs is told this once."""
        incoming = self.get_serializer(data=request.data)
        incoming.is_valid(raise_exception=True)
        subscription, secret = create_subscription(**_sealed(incoming.validated_data))
        shown = {**self.get_serializer(subscription).data, "secret": secret.reveal()}
        return Response(shown, status=status.HTTP_201_CREATED)

    @extend_schema(
        request=serializers.SubscriptionChangeSerializer(partial=True),
        responses=serializers.SubscriptionChangeSerializer,
    )
    def partial_update(self, request: Request, pk: str) -> Response:
        subscription = self.get_object()
        incoming = serializers.SubscriptionChangeSerializer(
            subscription, data=request.data, partial=True
        )
        incoming.is_valid(raise_exception=True)
        changed = change_subscription(subscription, **_sealed(incoming.validated_data))
        return Response(serializers.SubscriptionChangeSerializer(changed).data)

    def destroy(self, request: Request, pk: str) -> Response:
        delete_subscription(self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses=serializers.TopicSerializer(many=True))
    @action(
        detail=False,
        pagination_class=None,
        filterset_fields=[],
        search_fields=[],
        ordering_fields=[],
    )
    def topics(self, request: Request) -> Response:
        """List what there is to hear of."""
        return Response(serializers.TopicSerializer(TOPICS.values(), many=True).data)

    @extend_schema(request=None, responses=serializers.SubscriptionTrialSerializer)
    @action(detail=True, methods=["post"])
    def test(self, request: Request, pk: str) -> Response:
        """Send a test event now, and tell what was answered."""
        with fenced():
            subscription = self.get_object()
        trial = test_subscription(subscription)
        return Response(serializers.SubscriptionTrialSerializer(trial).data)

    test.own_transactions = True  # type: ignore[attr-defined]

    @extend_schema(request=None, responses=serializers.SecretSerializer)
    @action(detail=True, methods=["post"])
    def rotate(self, request: Request, pk: str) -> Response:
        """Sign with a new secret, and for a day with the present one."""
        secret = rotate_subscription_secret(self.get_object())
        return Response({"secret": secret.reveal()})

    @extend_schema(request=None, responses=serializers.ReplayedSerializer, extensions=NOT_NOW)
    @action(detail=True, methods=["post"])
    def replay(self, request: Request, pk: str) -> Response:
        """Send everything again that was given up; tells how many deliveries."""
        return Response({"number": replay_dead_letters(self.get_object())})

    @extend_schema(
        request=serializers.SinceSerializer,
        responses=serializers.ReplayedSerializer,
        extensions=NOT_NOW,
    )
    @action(detail=True, methods=["post"], url_path="replay-since")
    def replay_since(self, request: Request, pk: str) -> Response:
        """Send what happened since a moment once more; tells how many events."""
        incoming = serializers.SinceSerializer(data=request.data)
        incoming.is_valid(raise_exception=True)
        since = incoming.validated_data["since"]
        return Response({"number": replay_events_since(self.get_object(), since)})


class DeliveryViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ScopedViewSet):
    """What was sent to subscriptions, what waits, what was given up and why."""

    permissions: ClassVar = {
        "list": "subscriptions.read",
        "retrieve": "subscriptions.read",
        "replay": "subscriptions.write",
    }
    queryset = Delivery.objects.all()
    serializer_class = serializers.DeliverySerializer
    filterset_fields: ClassVar = ["subscription", "state", "is_replay"]

    @extend_schema(request=None, responses=serializers.DeliverySerializer, extensions=NOT_NOW)
    @action(detail=True, methods=["post"])
    def replay(self, request: Request, pk: str) -> Response:
        """Send again what was given up, under the same id."""
        return Response(self.get_serializer(replay_delivery(self.get_object())).data)


def _sealed(values: dict[str, Any]) -> dict[str, Any]:
    """Close what is secret among the values before it goes on."""
    return {name: Secret(v) if name == "address" else v for name, v in values.items()}
