"""Searching, recalling and choosing the model for it, at the API's door."""

from typing import Any, ClassVar, cast

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.scoping.api import own_transactions
from armproject.lib.rest.schema import ALSO
from armproject.lib.rest.strict import StrictFields
from armproject.lib.secret import Secret
from memory.actions.note_recall_feedback import note_recall_feedback
from memory.actions.read_embedding import read_embedding
from memory.actions.recall import recall
from memory.actions.search_memories import search_memories
from memory.actions.set_embedding import set_embedding
from memory.api.serializers import MemorySerializer
from memory.finding import MOST, Filters, Hit
from memory.models import Horizon, Kind, OwnerType, Provider, Store, Visibility
from memory.owners import Owner
from memory.ranking import How

LINE = 200
HOW = [each.value for each in How]


class OwnerSerializer(StrictFields):
    """An owner of memories; its id is "" for the organization."""

    owner_type = serializers.ChoiceField(choices=OwnerType.choices)
    owner_id = serializers.CharField(max_length=LINE, default="", allow_blank=True)


class NarrowingSerializer(StrictFields):
    """What memories must be to be found; what is not given does not matter."""

    owners = OwnerSerializer(many=True, default=list)
    store = serializers.ChoiceField(choices=Store.choices, required=False)
    kind = serializers.ChoiceField(choices=Kind.choices, required=False)
    horizon = serializers.ChoiceField(choices=Horizon.choices, required=False)
    visibility = serializers.ChoiceField(choices=Visibility.choices, required=False)
    agent_id = serializers.UUIDField(required=False)
    metadata = serializers.DictField(default=dict)
    at = serializers.DateTimeField(required=False, help_text="When it must have held.")


class SearchingSerializer(NarrowingSerializer):
    """A question, and how it is answered."""

    query = serializers.CharField(max_length=4_000)
    how = serializers.ChoiceField(choices=HOW, default="hybrid")
    limit = serializers.IntegerField(min_value=1, max_value=MOST, default=10)
    threshold = serializers.FloatField(min_value=0, max_value=1, default=None, allow_null=True)


class AskingSerializer(StrictFields):
    """A question in an address."""

    query = serializers.CharField(max_length=4_000)
    how = serializers.ChoiceField(choices=HOW, default="hybrid")
    limit = serializers.IntegerField(min_value=1, max_value=MOST, default=10)
    threshold = serializers.FloatField(min_value=0, max_value=1, default=None, allow_null=True)


class RecallingSerializer(NarrowingSerializer):
    """Recall by exactly one of query, ids and context_window."""

    query = serializers.CharField(max_length=4_000, required=False)
    ids = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=MOST)
    context_window = serializers.IntegerField(min_value=1, max_value=MOST, required=False)
    limit = serializers.IntegerField(min_value=1, max_value=MOST, default=10)
    threshold = serializers.FloatField(min_value=0, max_value=1, default=None, allow_null=True)
    budget_tokens = serializers.IntegerField(min_value=1, max_value=10**6, required=False)


class HitSerializer(serializers.Serializer[Any]):
    """A memory that answers, its score (0 to 1), what that is made of, and the part found."""

    memory = serializers.SerializerMethodField()
    score = serializers.FloatField()
    parts = serializers.DictField(child=serializers.FloatField())
    excerpt = serializers.CharField()

    def get_memory(self, hit: Hit) -> dict[str, Any]:
        told = {"contents": {hit.memory.pk: hit.content}}
        return cast("dict[str, Any]", MemorySerializer(hit.memory, context=told).data)


class FoundSerializer(serializers.Serializer[Any]):
    """What was found, the best first, and sentences about what could not be done."""

    hits = HitSerializer(many=True)
    notes = serializers.ListField(child=serializers.CharField())


class RecalledSerializer(FoundSerializer):
    """What was recalled, and the id by which to say whether it helped."""

    id = serializers.UUIDField()
    left_out = serializers.IntegerField()


class HelpfulSerializer(StrictFields):
    """Whether a recall helped, all of it or one memory."""

    recall = serializers.UUIDField()
    helpful = serializers.BooleanField()
    memory_id = serializers.UUIDField(default=None, allow_null=True)


class NotedSerializer(serializers.Serializer[Any]):
    """How many memories the feedback is about."""

    memories = serializers.IntegerField()


class NewEmbeddingSerializer(StrictFields):
    """Which model embeds all memories, or those of one app. Without a key the former one stays."""

    app = serializers.CharField(max_length=LINE, default="", allow_blank=True)
    provider = serializers.ChoiceField(choices=Provider.choices, default="local")
    base_url = serializers.CharField(max_length=500, default="", allow_blank=True)
    model = serializers.CharField(max_length=LINE, default="", allow_blank=True)
    key = serializers.CharField(max_length=500, default="", allow_blank=True, write_only=True)
    wanted_dimension = serializers.IntegerField(
        min_value=1, max_value=4000, default=None, allow_null=True
    )
    daily_tokens = serializers.IntegerField(
        min_value=0, max_value=10**12, default=None, allow_null=True
    )


class SpaceSerializer(serializers.Serializer[Any]):
    """A model at work: how far it is, and how complete its index was when it was measured."""

    app = serializers.CharField()
    provider = serializers.CharField()
    base_url = serializers.CharField()
    model = serializers.CharField()
    dimension = serializers.IntegerField()
    state = serializers.CharField()
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    sealed = serializers.IntegerField()
    recall = serializers.FloatField(allow_null=True)
    measured_at = serializers.DateTimeField(allow_null=True)
    problem = serializers.CharField()


class SearchView(APIView):
    """Search what is remembered."""

    permissions: ClassVar = {"post": "memories.read"}

    @own_transactions
    @extend_schema(request=SearchingSerializer, responses=FoundSerializer)
    def post(self, request: Request) -> Response:
        """Return the memories within reach that answer a question, with scores explained."""
        said = _read(SearchingSerializer, request.data)
        found = search_memories(said.pop("query"), **_asked(said))
        return Response(FoundSerializer(found).data)


class ContextSearchView(APIView):
    """Search what is remembered, with a question in the address."""

    permissions: ClassVar = {"get": "memories.read"}

    @own_transactions
    @extend_schema(
        parameters=[AskingSerializer], responses=FoundSerializer, operation_id="context_search"
    )
    def get(self, request: Request) -> Response:
        """Return the memories within reach that answer a question, with scores explained."""
        said = _read(AskingSerializer, request.query_params.dict())
        found = search_memories(said.pop("query"), **said)
        return Response(FoundSerializer(found).data)


class RecallView(APIView):
    """Recall what is remembered."""

    permissions: ClassVar = {"post": "memories.read"}

    @own_transactions
    @extend_schema(request=RecallingSerializer, responses=RecalledSerializer)
    def post(self, request: Request) -> Response:
        """Recall memories by a question, by their ids, or the newest of some owners."""
        said = _read(RecallingSerializer, request.data)
        return Response(RecalledSerializer(recall(**_asked(said))).data)


class RecallFeedbackView(APIView):
    """Say whether a recall helped."""

    permissions: ClassVar = {"post": "memories.write"}

    @extend_schema(request=HelpfulSerializer, responses=NotedSerializer, extensions={ALSO: ["404"]})
    def post(self, request: Request) -> Response:
        """Keep whether it helped; it counts in later recalls."""
        said = _read(HelpfulSerializer, request.data)
        return Response({"memories": note_recall_feedback(**said)})


class EmbeddingView(APIView):
    """The models by which memories are found."""

    permissions: ClassVar = {"get": "memories.read", "post": "memories.manage"}

    @extend_schema(responses=SpaceSerializer(many=True), operation_id="memory_embedding_list")
    def get(self, request: Request) -> Response:
        """List the models at work and those being filled."""
        return Response(SpaceSerializer(read_embedding(), many=True).data)

    @own_transactions
    @extend_schema(request=NewEmbeddingSerializer, responses={201: SpaceSerializer(many=True)})
    def post(self, request: Request) -> Response:
        """Choose a model and embed memories anew; a text is embedded on trial first."""
        said = _read(NewEmbeddingSerializer, request.data)
        key = said.pop("key")
        set_embedding(key=Secret(key) if key else None, **said)
        told = SpaceSerializer(read_embedding(), many=True).data
        return Response(told, status=status.HTTP_201_CREATED)


def _asked(said: dict[str, Any]) -> dict[str, Any]:
    """Return what was said with what narrows it down as filters."""
    names = ("store", "kind", "horizon", "visibility", "agent_id", "metadata", "at")
    narrowing = {name: said.pop(name) for name in names if name in said}
    owners = frozenset(Owner(each["owner_type"], each["owner_id"]) for each in said.pop("owners"))
    return {**said, "filters": Filters(owners=owners, **narrowing)}


def _read(serializer: Any, data: Any) -> dict[str, Any]:
    incoming = serializer(data=data)
    incoming.is_valid(raise_exception=True)
    said: dict[str, Any] = dict(incoming.validated_data)
    return said
