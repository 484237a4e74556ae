"""Files of memories, out and in, at the API's door."""

from typing import Any, ClassVar

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.scoping.api import ScopedRelatedField, ScopedViewSet
from agents.models import Agent
from armproject.lib.rest.parsers import StrictJSONParser
from armproject.lib.rest.schema import ALSO
from armproject.lib.rest.strict import StrictFields
from memory.actions.discard_import import discard_import
from memory.actions.examine_import import examine_import
from memory.actions.export_memories import Selection, export_memories
from memory.actions.import_memories import import_memories
from memory.actions.undo_import import undo_import
from memory.formats import FORMATS, WRITTEN, bundle
from memory.models import Kind, Memory, MemoryImport, OwnerType, Store
from memory.owners import ORGANIZATION, Owner

NOT_NOW = {ALSO: ["409"]}


class FileParser(StrictJSONParser):
    """Takes a file of memories, which is longer than what else is sent."""

    max_bytes = 32 * 2**20
    max_nodes = 1_000_000


class ExportSerializer(StrictFields):
    """Which memories, as which file; what is left out narrows nothing."""

    format = serializers.ChoiceField(choices=list(WRITTEN.items()), default=bundle.NAME)
    owner_type = serializers.ChoiceField(choices=OwnerType.choices, required=False)
    owner_id = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    agent = ScopedRelatedField(queryset=Agent.objects.all(), required=False, allow_null=True)
    store = serializers.ChoiceField(choices=Store.choices, required=False)
    kind = serializers.ChoiceField(choices=Kind.choices, required=False)
    with_versions = serializers.BooleanField(default=False)


class NewImportSerializer(StrictFields):
    """A file, as JSON; `format` is known by its looks unless it is given.

    With `dry_run` it is only looked at: start it when you have seen what would happen. Memories
    that name no owner become `owner_type`:`owner_id`'s, those that were an agent's `agent`'s.
    """

    document = serializers.JSONField()
    name = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    format = serializers.ChoiceField(
        choices=[(each.name, each.label) for each in FORMATS.values()], required=False
    )
    owner_type = serializers.ChoiceField(choices=OwnerType.choices, default=OwnerType.ORGANIZATION)
    owner_id = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    agent = ScopedRelatedField(
        queryset=Agent.objects.all(), required=False, allow_null=True, default=None
    )
    dry_run = serializers.BooleanField(default=False)


class ImportCountsSerializer(serializers.Serializer[Any]):
    """How many memories of a file are new here, known, changed, up for review, or refused."""

    new = serializers.IntegerField(default=0)
    same = serializers.IntegerField(default=0)
    changed = serializers.IntegerField(default=0)
    withheld = serializers.IntegerField(default=0)
    refused = serializers.IntegerField(default=0)
    preferences = serializers.IntegerField(default=0)


class ImportFindingSerializer(serializers.Serializer[Any]):
    """A line that is refused, or withheld until somebody reviews it, and why."""

    line = serializers.IntegerField()
    outcome = serializers.CharField()
    reason = serializers.CharField()


class ImportSerializer(serializers.ModelSerializer[MemoryImport]):
    """A file of memories: what would happen or happened, and how far it is.

    `signer` tells of a bundle whether this installation signed it, or another one.
    """

    counts = ImportCountsSerializer()
    findings = ImportFindingSerializer(many=True)

    class Meta:
        model = MemoryImport
        fields: ClassVar = [
            "id",
            "name",
            "format",
            "state",
            "signer",
            "facts",
            "owner_type",
            "owner_id",
            "agent",
            "lines",
            "done",
            "counts",
            "findings",
            "last_error",
            "created_by",
            "created_at",
            "finished_at",
            "undone_at",
        ]
        read_only_fields = fields


class UndoneImportSerializer(serializers.Serializer[Any]):
    """What undoing did; `left` memories were changed by people since."""

    erased = serializers.IntegerField()
    changed_back = serializers.IntegerField()
    left = serializers.IntegerField()


class ExportViewSet(ScopedViewSet):
    """Memories as a file."""

    permissions: ClassVar = {"export": "memories.export"}
    queryset = Memory.objects.all()
    serializer_class = ExportSerializer

    @extend_schema(
        request=ExportSerializer,
        responses={
            (200, "application/octet-stream"): OpenApiResponse(
                OpenApiTypes.BINARY, "The file, streamed."
            )
        },
    )
    def export(self, request: Request) -> StreamingHttpResponse:
        """Hand out memories as a file: ARM's bundle, OpenAI's, Anthropic's or plain JSON."""
        asked = _read(ExportSerializer, request)
        kind = asked.pop("format")
        owner_type, owner_id = asked.pop("owner_type", ""), asked.pop("owner_id")
        owner = Owner(owner_type, owner_id) if owner_type else None
        return export_memories(Selection(owner=owner, **asked), format=kind)


class ImportViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ScopedViewSet):
    """Files of memories that were brought, and what became of them."""

    permissions: ClassVar = {
        "list": "memories.import",
        "retrieve": "memories.import",
        "bring": "memories.import",
        "start": "memories.import",
        "discard": "memories.import",
        "undo": "memories.import",
    }
    queryset = MemoryImport.objects.all()
    serializer_class = ImportSerializer
    filterset_fields: ClassVar = ["state", "format"]
    parser_classes: list[Any] = [FileParser]
    max_body_bytes = FileParser.max_bytes

    @extend_schema(request=NewImportSerializer, responses={202: ImportSerializer})
    def bring(self, request: Request) -> Response:
        """Import a file, or only look at what importing it would do; its checksum is checked."""
        asked = _read(NewImportSerializer, request)
        is_dry_run = asked.pop("dry_run")
        owner_type, owner_id = asked.pop("owner_type"), asked.pop("owner_id")
        owner = ORGANIZATION if owner_type == ORGANIZATION.type else Owner(owner_type, owner_id)
        row = examine_import(asked.pop("document"), owner=owner, **asked)
        if not is_dry_run:
            row = import_memories(row)
        return Response(self.get_serializer(row).data, status=status.HTTP_202_ACCEPTED)

    @extend_schema(request=None, responses={202: ImportSerializer}, extensions=NOT_NOW)
    @action(detail=True, methods=["post"])
    def start(self, request: Request, pk: str) -> Response:
        """Import what was looked at."""
        row = import_memories(self.get_object())
        return Response(self.get_serializer(row).data, status=status.HTTP_202_ACCEPTED)

    @extend_schema(request=None, responses=ImportSerializer, extensions=NOT_NOW)
    @action(detail=True, methods=["post"])
    def discard(self, request: Request, pk: str) -> Response:
        """Discard what was looked at."""
        return Response(self.get_serializer(discard_import(self.get_object())).data)

    @extend_schema(request=None, responses=UndoneImportSerializer, extensions=NOT_NOW)
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: str) -> Response:
        """Erase what an import brought and change back what it changed."""
        return Response(UndoneImportSerializer(undo_import(self.get_object())).data)


def _read(kind: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    incoming = kind(data=request.data)
    incoming.is_valid(raise_exception=True)
    return dict(incoming.validated_data)
