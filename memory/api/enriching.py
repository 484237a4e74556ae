"""Before a call and after it, and looking through interactions, at the API's door."""

from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.fence import fenced
from accounts.scoping.api import ScopedRelatedField
from agents.models import Agent
from armproject.lib.errors import InvalidInput
from armproject.lib.rest.schema import ALSO
from armproject.lib.rest.strict import StrictFields
from memory import drafts
from memory.actions.consolidate import consolidate
from memory.actions.enrich import LONGEST_QUESTION, Enriched, enrich
from memory.actions.extract import Outcome, extract
from memory.actions.extract_runs import source_of, turns_of
from memory.actions.keep_extracted import Source
from memory.actions.learn import learn
from memory.actions.remember_many import by_hand
from memory.actions.set_learning import MOST_TOKENS
from memory.api.learning import ExtractionSerializer
from memory.entries import LONGEST_LINE, Draft
from memory.learning.prompts import Turn
from memory.models import OwnerType, Store
from memory.owners import Owner, owners_of_run
from telemetry.models import Run

LONGEST_SAID = 100_000
MOST_SAID = 500


class WhoseSerializer(StrictFields):
    """For whom a call is made: what is known of it; all of it may be left out."""

    user = serializers.CharField(max_length=LONGEST_LINE, default="", allow_blank=True)
    app = serializers.CharField(max_length=LONGEST_LINE, default="", allow_blank=True)
    agent = ScopedRelatedField(queryset=Agent.objects.all(), default=None, allow_null=True)
    run_id = serializers.UUIDField(default=None, allow_null=True)


class EnrichingSerializer(WhoseSerializer):
    """What the call is about, and how many tokens there is room for."""

    text = serializers.CharField(max_length=LONGEST_QUESTION, default="", allow_blank=True)
    budget_tokens = serializers.IntegerField(
        min_value=0, max_value=MOST_TOKENS, default=None, allow_null=True
    )


class EnrichedPartSerializer(serializers.Serializer[Any]):
    """One thing in the block: `store` is core, preference, associative, episodic or proactive."""

    id = serializers.UUIDField()
    store = serializers.CharField()
    about = serializers.CharField()
    text = serializers.CharField()
    score = serializers.FloatField(allow_null=True)


class EnrichedSerializer(serializers.Serializer[Any]):
    """What to put before the call, as data; `enabled` is false where it is switched off."""

    enabled = serializers.BooleanField(source="is_on")
    block = serializers.CharField()
    tokens = serializers.IntegerField()
    parts = EnrichedPartSerializer(many=True)
    notes = serializers.ListField(child=serializers.CharField())


class TurnSerializer(StrictFields):
    """One thing that was said, and by whom."""

    role = serializers.ChoiceField(choices=["user", "assistant", "tool"])
    content = serializers.CharField(max_length=LONGEST_SAID)


class SaidSerializer(WhoseSerializer):
    """What was said, and of which interaction."""

    interaction_id = serializers.CharField(max_length=LONGEST_LINE, default="", allow_blank=True)
    messages = serializers.ListField(child=TurnSerializer(), default=list, max_length=MOST_SAID)


class ExtractingSerializer(SaidSerializer):
    """An interaction; without messages it is the run, whose content has to be kept."""


class ToKeepSerializer(StrictFields):
    """Something to keep in a store, whatever a model decides.

    `label` is the pattern's type where it is proactive.
    """

    store = serializers.ChoiceField(choices=Store.choices)
    key = serializers.CharField(max_length=LONGEST_LINE, default="", allow_blank=True)
    label = serializers.CharField(max_length=LONGEST_LINE, default="", allow_blank=True)  # type: ignore[assignment]
    content = serializers.CharField(max_length=LONGEST_SAID)
    confidence = serializers.FloatField(min_value=0, max_value=1, default=None, allow_null=True)


class LearningFromSerializer(SaidSerializer):
    """What was said in the call, and what to keep of it in any case."""

    writes = serializers.ListField(child=ToKeepSerializer(), default=list, max_length=100)


class LearnedPartSerializer(serializers.Serializer[Any]):
    """A memory that was kept; one that is withheld waits for a review."""

    id = serializers.UUIDField()
    store = serializers.CharField()
    kind = serializers.CharField()
    state = serializers.CharField()
    confidence = serializers.FloatField(allow_null=True)


class LearnedSerializer(serializers.Serializer[Any]):
    """What came of an interaction; `reason` says why no model looked at it."""

    extraction = ExtractionSerializer(allow_null=True)
    intent = serializers.CharField()
    written = LearnedPartSerializer(many=True)
    memories = LearnedPartSerializer(many=True)
    preferences = serializers.ListField(child=serializers.UUIDField())
    reason = serializers.CharField()


class EnrichView(APIView):
    """What to put before a call."""

    own_transactions = True
    permissions: ClassVar = {"post": "memories.read"}

    @extend_schema(request=EnrichingSerializer, responses=EnrichedSerializer)
    def post(self, request: Request) -> Response:
        """Return what is known of a call's owners, as a block of data for its prompt."""
        said = _read(EnrichingSerializer, request)
        agent = said["agent"]
        enriched: Enriched = enrich(
            said["text"],
            owners=owners_of_run(
                run_id=str(said["run_id"] or ""),
                agent_id=str(agent.pk) if agent else "",
                user=said["user"],
                app=said["app"],
            ),
            agent_id=agent.pk if agent else None,
            run_id=said["run_id"],
            budget=said["budget_tokens"],
        )
        return Response(EnrichedSerializer(enriched).data)


class ExtractView(APIView):
    """What an interaction tells."""

    own_transactions = True
    permissions: ClassVar = {"post": "memories.write"}

    @extend_schema(
        request=ExtractingSerializer, responses=LearnedSerializer, extensions={ALSO: ["409"]}
    )
    def post(self, request: Request) -> Response:
        """Have the configured model extract facts, preferences and intent, and keep them."""
        said = _read(ExtractingSerializer, request)
        turns, source = _turns(said), _source(said)
        if not turns:
            with fenced():
                run = _run(said["run_id"])
                turns, source = turns_of(run), source_of(run)
        return Response(_learned(extract(turns, source)))


class LearnView(APIView):
    """What to keep after a call."""

    own_transactions = True
    permissions: ClassVar = {"post": "memories.write"}

    @extend_schema(request=LearningFromSerializer, responses=LearnedSerializer)
    def post(self, request: Request) -> Response:
        """Keep what is written explicitly, and what the configured model finds worth keeping."""
        said = _read(LearningFromSerializer, request)
        source = _source(said)
        with fenced():
            writes = [_draft(each, source) for each in said["writes"]]
        lesson = learn(_turns(said), source, writes=writes)
        written = [kept.memory for kept in lesson.written]
        return Response(_learned(lesson.outcome, written, lesson.reason))


class ConsolidatingSerializer(StrictFields):
    """Whose sessions to consolidate."""

    owner_type = serializers.ChoiceField(choices=OwnerType.choices, default="organization")
    owner_id = serializers.CharField(max_length=LONGEST_LINE, default="", allow_blank=True)


class ConsolidatedSerializer(serializers.Serializer[Any]):
    """How many summaries were merged into how many, and how many patterns were written."""

    merged = serializers.IntegerField()
    into = serializers.IntegerField()
    patterns = serializers.IntegerField()


class ConsolidateView(APIView):
    """Consolidating now what else the clock consolidates every six hours."""

    own_transactions = True
    permissions: ClassVar = {"post": "memories.manage"}

    @extend_schema(request=ConsolidatingSerializer, responses=ConsolidatedSerializer)
    def post(self, request: Request) -> Response:
        """Merge an owner's sessions that say the same, and note what keeps coming back."""
        said = _read(ConsolidatingSerializer, request)
        told = consolidate(Owner(said["owner_type"], said["owner_id"]))
        return Response(ConsolidatedSerializer(told).data)


def _read(kind: type[StrictFields], request: Request) -> dict[str, Any]:
    incoming = kind(data=request.data)
    with fenced():
        incoming.is_valid(raise_exception=True)
    said: dict[str, Any] = incoming.validated_data
    return said


def _turns(said: dict[str, Any]) -> list[Turn]:
    return [Turn(each["role"], each["content"]) for each in said["messages"]]


def _source(said: dict[str, Any]) -> Source:
    """Return whose it is: the user's, else the app's, the agent's, the run's or everybody's."""
    agent, run = said["agent"], said["run_id"]
    names = (
        (OwnerType.USER, said["user"]),
        (OwnerType.APP, said["app"]),
        (OwnerType.AGENT, str(agent.pk) if agent else ""),
        (OwnerType.RUN, str(run or "")),
    )
    owner = next((Owner(kind, name) for kind, name in names if name), Owner("organization"))
    return Source(owner, agent, said["interaction_id"], run)


def _run(run_id: Any) -> Run:
    run: Run | None = Run.objects.select_related("source__agent").filter(pk=run_id).first()
    if run is None:
        told = "Send messages, or the run_id of a run whose content is kept."
        raise InvalidInput(told, fields={"messages": [told]})
    return run


def _draft(said: dict[str, Any], source: Source) -> Draft:
    told = {"confidence": said["confidence"]}
    match said["store"]:
        case "core":
            draft = drafts.core(source.owner, said["key"], said["content"], **told)
        case "episodic":
            draft = drafts.episodic(
                source.owner, session_id=source.source_id, summary=said["content"], **told
            )
        case "proactive":
            draft = drafts.proactive(
                source.owner,
                pattern_type=said["label"] or "topic",
                description=said["content"],
                last_detected_at=timezone.now(),
                **told,
            )
        case _:
            label = said["label"]
            draft = drafts.associative(source.owner, label=label, content=said["content"], **told)
    return by_hand(draft)


def _learned(outcome: Outcome | None, written: Any = (), reason: str = "") -> Any:
    told = {
        "extraction": outcome.extraction if outcome else None,
        "intent": outcome.learned.intent if outcome else "",
        "written": written,
        "memories": outcome.learned.memories if outcome else [],
        "preferences": [row.pk for row in outcome.learned.preferences] if outcome else [],
        "reason": reason,
    }
    return LearnedSerializer(told).data
