"""What is held about people at the API's door: a report, erasure with a receipt, legal holds."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.scoping.api import ScopedViewSet
from accounts.scoping.authentication import ANY_MEMBER
from armproject.lib.rest.schema import ALSO
from armproject.lib.rest.strict import StrictFields
from governance.actions.erase_person import erase_person
from governance.actions.place_legal_hold import place_legal_hold
from governance.actions.release_legal_hold import release_legal_hold
from governance.actions.report_person import report_person
from governance.models import Erasure, LegalHold

# A person is named in the body; where there is none by that address, there is nothing.
NOBODY = {ALSO: ["404"]}


class PersonSerializer(StrictFields):
    email = serializers.EmailField()


class StoreSerializer(serializers.Serializer[Any]):
    """One place with something about the person, and whether erasure empties it."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    rows = serializers.ListField(child=serializers.DictField())
    can_be_erased = serializers.BooleanField()
    kept_because = serializers.CharField()


class PersonReportSerializer(serializers.Serializer[Any]):
    person_id = serializers.UUIDField()
    legal_hold = serializers.CharField(help_text="Why nothing may be erased; empty where it may.")
    stores = StoreSerializer(many=True)


class ErasureSerializer(serializers.ModelSerializer[Erasure]):
    erased = serializers.DictField(child=serializers.IntegerField(), read_only=True)
    kept = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = Erasure
        fields: ClassVar = ["id", "person_id", "reason", "erased", "kept", "created_at"]
        read_only_fields: ClassVar = fields


class NewErasureSerializer(StrictFields):
    email = serializers.EmailField()
    confirmed = serializers.EmailField(help_text="The address, typed again.")
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class LegalHoldSerializer(serializers.ModelSerializer[LegalHold]):
    person_id = serializers.UUIDField(source="user_id", read_only=True)

    class Meta:
        model = LegalHold
        fields: ClassVar = ["id", "person_id", "reason", "created_at", "released_at"]
        read_only_fields: ClassVar = fields


class NewLegalHoldSerializer(StrictFields):
    email = serializers.EmailField()
    reason = serializers.CharField(max_length=500)


class ErasureViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ScopedViewSet):
    """Receipts for people who were erased; they name nobody."""

    permissions: ClassVar = {
        "list": "subjects.read",
        "retrieve": "subjects.read",
        "create": ANY_MEMBER,  # everybody for themselves; the action asks for more
        "report": ANY_MEMBER,
    }
    queryset = Erasure.objects.all()
    serializer_class = ErasureSerializer

    @extend_schema(
        request=NewErasureSerializer,
        responses={201: ErasureSerializer},
        extensions=NOBODY,
    )
    def create(self, request: Request) -> Response:
        """Erase a person; who was erased already gets the same receipt again."""
        incoming = NewErasureSerializer(data=request.data)
        incoming.is_valid(raise_exception=True)
        receipt = erase_person(**incoming.validated_data)
        return Response(self.get_serializer(receipt).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=PersonSerializer, responses=PersonReportSerializer, extensions=NOBODY)
    @action(detail=False, methods=["post"])
    def report(self, request: Request) -> Response:
        """Say everything that is held about a person; the address never stands in a URL."""
        incoming = PersonSerializer(data=request.data)
        incoming.is_valid(raise_exception=True)
        report = report_person(incoming.validated_data["email"])
        return Response(PersonReportSerializer(report).data)


class LegalHoldViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ScopedViewSet):
    """Legal holds: while one stands for a person, nobody can erase what is held about them."""

    permissions: ClassVar = {
        "list": "subjects.read",
        "retrieve": "subjects.read",
        "create": "subjects.erase",
        "release": "subjects.erase",
    }
    queryset: QuerySet[LegalHold] = LegalHold.objects.all()
    serializer_class = LegalHoldSerializer

    @extend_schema(
        request=NewLegalHoldSerializer,
        responses={201: LegalHoldSerializer},
        extensions=NOBODY,
    )
    def create(self, request: Request) -> Response:
        incoming = NewLegalHoldSerializer(data=request.data)
        incoming.is_valid(raise_exception=True)
        hold = place_legal_hold(**incoming.validated_data)
        return Response(self.get_serializer(hold).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=LegalHoldSerializer)
    @action(detail=True, methods=["post"])
    def release(self, request: Request, pk: str) -> Response:
        return Response(self.get_serializer(release_legal_hold(self.get_object())).data)
