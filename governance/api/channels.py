"""Channels and the messages sent through them at the API's door."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.fence import fenced
from accounts.scoping.api import ScopedViewSet
from armproject.lib.secret import Secret
from governance.actions.change_channel import change_channel
from governance.actions.create_channel import create_channel
from governance.actions.delete_channel import delete_channel
from governance.actions.resend_notification import resend_notification
from governance.actions.test_channel import test_channel
from governance.api.filters import NotificationFilter
from governance.api.serializers import (
    ChannelChangeSerializer,
    ChannelSerializer,
    NewChannelSerializer,
    NotificationSerializer,
    TrialSerializer,
)
from governance.models import Channel, Notification


class ChannelViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ScopedViewSet):
    """Ways to tell somebody; where a webhook leads and what signs it can be set, never read."""

    permissions: ClassVar = {
        "list": "alerts.read",
        "retrieve": "alerts.read",
        "create": "alerts.write",
        "partial_update": "alerts.write",
        "destroy": "alerts.write",
        "test": "alerts.write",
    }
    queryset = Channel.objects.all()
    serializer_class = ChannelSerializer
    filterset_fields: ClassVar = ["kind", "is_default"]
    search_fields: ClassVar = ["name"]
    ordering_fields: ClassVar = ["name", "created_at"]
    ordering: ClassVar = ("name",)

    @extend_schema(responses={201: NewChannelSerializer})
    def create(self, request: Request) -> Response:
        incoming = self.get_serializer(data=request.data)
        incoming.is_valid(raise_exception=True)
        channel, made = create_channel(**_sealed(incoming.validated_data))
        shown = {
            **self.get_serializer(channel).data,
            "signing_secret": made.reveal() if made else None,
        }
        return Response(shown, status=status.HTTP_201_CREATED)

    @extend_schema(request=ChannelChangeSerializer(partial=True), responses=ChannelChangeSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        channel = self.get_object()
        incoming = ChannelChangeSerializer(channel, data=request.data, partial=True)
        incoming.is_valid(raise_exception=True)
        changed = change_channel(channel, **_sealed(incoming.validated_data))
        return Response(ChannelChangeSerializer(changed).data)

    def destroy(self, request: Request, pk: str) -> Response:
        delete_channel(self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=TrialSerializer)
    @action(detail=True, methods=["post"])
    def test(self, request: Request, pk: str) -> Response:
        with fenced():
            channel = self.get_object()
        return Response(TrialSerializer(test_channel(channel)).data)

    test.own_transactions = True  # type: ignore[attr-defined]


class NotificationViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ScopedViewSet):
    """Messages about alerts: what was sent to whom, what waits, what was given up and why."""

    permissions: ClassVar = {
        "list": "alerts.read",
        "retrieve": "alerts.read",
        "resend": "alerts.write",
    }
    queryset = Notification.objects.all()
    serializer_class = NotificationSerializer
    filterset_class = NotificationFilter

    @extend_schema(request=None, responses=NotificationSerializer)
    @action(detail=True, methods=["post"])
    def resend(self, request: Request, pk: str) -> Response:
        return Response(self.get_serializer(resend_notification(self.get_object())).data)


def _sealed(values: dict[str, Any]) -> dict[str, Any]:
    """Close what is secret among the values before it goes on."""
    secret = {"target", "signing_secret"}
    return {name: Secret(v) if name in secret else v for name, v in values.items()}
