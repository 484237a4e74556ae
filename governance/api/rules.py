"""Alert rules, and what they can watch, at the API's door."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.scoping.api import ScopedViewSet
from governance.actions.adopt_proposal import adopt_proposal
from governance.actions.change_rule import change_rule
from governance.actions.create_rule import create_rule
from governance.actions.delete_rule import delete_rule
from governance.actions.preview_rule import preview_rule
from governance.api.filters import AlertRuleFilter
from governance.api.serializers import (
    AlertRuleSerializer,
    MeasureSerializer,
    PreviewSerializer,
    ProposalSerializer,
    RulePreviewSerializer,
)
from governance.models import AlertRule
from governance.proposals import available
from governance.registry import MEASURES


class RuleWrites(ScopedViewSet):
    """Adding, changing and deleting rules, wherever the path of the request puts them."""

    @extend_schema(request=AlertRuleSerializer, responses={201: AlertRuleSerializer})
    def create(self, request: Request) -> Response:
        incoming = AlertRuleSerializer(data=request.data)
        incoming.is_valid(raise_exception=True)
        rule = create_rule(**incoming.validated_data)
        return Response(AlertRuleSerializer(rule).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=AlertRuleSerializer(partial=True), responses=AlertRuleSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        rule = get_object_or_404(AlertRule.objects.all(), pk=pk)
        incoming = AlertRuleSerializer(rule, data=request.data, partial=True)
        incoming.is_valid(raise_exception=True)
        return Response(AlertRuleSerializer(change_rule(rule, **incoming.validated_data)).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        delete_rule(get_object_or_404(AlertRule.objects.all(), pk=pk))
        return Response(status=status.HTTP_204_NO_CONTENT)


class AlertRuleViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, RuleWrites):
    """What is watched, every five minutes, and who hears of it."""

    permissions: ClassVar = {
        "list": "alerts.read",
        "retrieve": "alerts.read",
        "create": "alerts.write",
        "partial_update": "alerts.write",
        "destroy": "alerts.write",
        "preview": "alerts.write",
    }
    queryset = AlertRule.objects.prefetch_related("channels")
    serializer_class = AlertRuleSerializer
    filterset_class = AlertRuleFilter
    search_fields: ClassVar = ["name"]
    ordering_fields: ClassVar = ["name", "created_at"]
    ordering: ClassVar = ("name",)

    @extend_schema(request=RulePreviewSerializer, responses=PreviewSerializer)
    @action(detail=False, methods=["post"], pagination_class=None)
    def preview(self, request: Request) -> Response:
        """About what such a rule would open alerts now; nothing is kept and nobody is told."""
        incoming = RulePreviewSerializer(data=request.data)
        incoming.is_valid(raise_exception=True)
        return Response(PreviewSerializer(preview_rule(**incoming.validated_data)).data)


class MeasureViewSet(ScopedViewSet):
    """What alert rules can watch."""

    permissions: ClassVar = {"list": "alerts.read"}
    queryset = AlertRule.objects.none()
    serializer_class = MeasureSerializer
    pagination_class = None

    @extend_schema(responses=MeasureSerializer(many=True), filters=False)
    def list(self, request: Request) -> Response:
        return Response(MeasureSerializer([*MEASURES.values()], many=True).data)


class ProposalViewSet(ScopedViewSet):
    """Ready-made rules."""

    permissions: ClassVar = {"list": "alerts.read", "adopt": "alerts.write"}
    queryset = AlertRule.objects.none()
    serializer_class = ProposalSerializer
    pagination_class = None
    lookup_field = "slug"
    lookup_value_regex = "[a-z-]+"

    @extend_schema(responses=ProposalSerializer(many=True), filters=False)
    def list(self, request: Request) -> Response:
        return Response(ProposalSerializer(available(), many=True).data)

    @extend_schema(request=None, responses={201: AlertRuleSerializer})
    @action(detail=True, methods=["post"])
    def adopt(self, request: Request, slug: Any) -> Response:
        rule = AlertRuleSerializer(adopt_proposal(slug))
        return Response(rule.data, status=status.HTTP_201_CREATED)
