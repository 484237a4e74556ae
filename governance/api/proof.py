"""Seals, verifications and holds on the log at the API's door."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.scoping.api import ScopedViewSet
from armproject.lib.rest.strict import StrictFields
from governance.actions.lift_audit_hold import lift_audit_hold
from governance.actions.place_audit_hold import place_audit_hold
from governance.models import AuditHold, AuditSeal, AuditVerification


class HexField(serializers.CharField):
    """Bytes, shown in hex."""

    def to_representation(self, value: Any) -> str:
        return bytes(value).hex()


class SealSerializer(serializers.ModelSerializer[AuditSeal]):
    root = HexField(read_only=True)  # type: ignore[assignment]
    previous = HexField(read_only=True)
    hash = HexField(read_only=True)
    signature = HexField(read_only=True)

    class Meta:
        model = AuditSeal
        fields: ClassVar = [
            "id",
            "number",
            "first_seq",
            "last_seq",
            "root",
            "previous",
            "hash",
            "signature",
            "key_id",
            "sealed_at",
        ]
        read_only_fields: ClassVar = fields


class FindingSerializer(serializers.Serializer[Any]):
    """One thing that is not as it was sealed."""

    sentence = serializers.CharField()
    seal = serializers.IntegerField(allow_null=True)
    event = serializers.CharField(allow_null=True)


class VerificationSerializer(serializers.ModelSerializer[AuditVerification]):
    findings = FindingSerializer(many=True, read_only=True)

    class Meta:
        model = AuditVerification
        fields: ClassVar = [
            "id",
            "state",
            "asked_by",
            "seals",
            "events",
            "of_events",
            "anchored",
            "findings",
            "created_at",
            "finished_at",
        ]
        read_only_fields: ClassVar = fields


class HoldSerializer(StrictFields, serializers.ModelSerializer[AuditHold]):
    class Meta:
        model = AuditHold
        fields: ClassVar = ["id", "reason", "placed_by", "created_at", "lifted_at", "lifted_by"]
        read_only_fields: ClassVar = ["placed_by", "created_at", "lifted_at", "lifted_by"]


class SealViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ScopedViewSet):
    """Signed statements over the audit log, newest first; each names the one before it."""

    permissions: ClassVar = {"list": "audit.read", "retrieve": "audit.read"}
    queryset = AuditSeal.objects.all()
    serializer_class = SealSerializer


class VerificationViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ScopedViewSet):
    """What was found when the audit log was compared with its seals and the anchor."""

    permissions: ClassVar = {"list": "audit.read", "retrieve": "audit.read"}
    queryset = AuditVerification.objects.all()
    serializer_class = VerificationSerializer
    filterset_fields: ClassVar = ["state"]


class HoldViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ScopedViewSet):
    """Audit holds: while one stands, no audit event leaves the database."""

    permissions: ClassVar = {
        "list": "audit.read",
        "retrieve": "audit.read",
        "create": "audit.hold",
        "lift": "audit.hold",
    }
    queryset = AuditHold.objects.all()
    serializer_class = HoldSerializer

    @extend_schema(request=HoldSerializer, responses={201: HoldSerializer})
    def create(self, request: Request) -> Response:
        incoming = HoldSerializer(data=request.data)
        incoming.is_valid(raise_exception=True)
        hold = place_audit_hold(incoming.validated_data["reason"])
        return Response(HoldSerializer(hold).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=HoldSerializer)
    @action(detail=True, methods=["post"])
    def lift(self, request: Request, pk: str) -> Response:
        return Response(HoldSerializer(lift_audit_hold(self.get_object())).data)
