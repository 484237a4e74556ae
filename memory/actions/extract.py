"""Extract from an interaction what is worth remembering."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from accounts.fence import fenced
from accounts.permissions import require
from armproject.lib.audit import record
from armproject.lib.errors import Conflict, DomainError
from memory.actions.ask_model import ask_model
from memory.actions.keep_extracted import Learned, Source, keep_extracted
from memory.entries import clean_line, clean_owner, refused
from memory.learning.answers import read_extracted
from memory.learning.prompts import Turn, to_extract
from memory.models import Extraction, ExtractionState, LearningSetting, Memory, Preference, Store
from memory.owners import Owner

MOST_TURNS = 2_000
MOST_KEYS = 30
LOOKED_THROUGH = "This run was looked through before: once is enough."


@dataclass(frozen=True, slots=True)
class Outcome:
    """The row of an extraction, and what it brought."""

    extraction: Extraction
    learned: Learned


def extract(turns: Sequence[Turn], source: Source, *, claimed: Extraction | None = None) -> Outcome:
    """Have the configured model say what an interaction tells, and keep it; a run only once.

    Call it outside transactions: somebody outside is waited for. Raises Conflict without a model
    and for a run that was looked through, and what `ask_model` raises; then nothing is kept.
    `claimed` is the row that waits for it, where there is one.
    """
    require("memories.write")
    if not any(turn.text.strip() for turn in turns) or len(turns) > MOST_TURNS:
        raise refused("messages", f"Send what was said, in at most {MOST_TURNS:,} messages.")
    owner = clean_owner(source.owner)
    clean_line("source_id", source.source_id)
    with fenced():
        setting = LearningSetting.objects.for_agent(source.agent.pk if source.agent else None)
        row = claimed or _claimed(owner, source)
        row.model = setting.model if setting else ""
        known = _known_keys(owner)
    question = to_extract(turns, today=timezone.now().date().isoformat(), known=known)
    try:
        told = ask_model(setting, question)
    except DomainError as error:
        _give_up(row, error)
        raise
    with fenced():
        learned = keep_extracted(read_extracted(told), source)
        _finish(row, learned)
    return Outcome(row, learned)


def _claimed(owner: Owner, source: Source) -> Extraction:
    row = Extraction(
        owner_type=owner.type,
        owner_id=owner.id,
        agent=source.agent,
        run_id=source.run_id,
        source_id=source.source_id,
    )
    if source.run_id is not None:
        former = Extraction.objects.filter(run_id=source.run_id)
        former.exclude(state=ExtractionState.DONE).filter(finished_at__isnull=False).delete()
    Extraction.objects.bulk_create([row], ignore_conflicts=True)
    kept: Extraction | None = Extraction.objects.filter(pk=row.pk).first()
    if kept is None:
        raise Conflict(LOOKED_THROUGH)
    return kept


def _known_keys(owner: Owner) -> list[str]:
    """Return keys that are in use, so that the same thing is not kept under two."""
    core = Memory.objects.present().owned_by(owner.type, owner.id).filter(store=Store.CORE)
    keys = list(core.order_by("key").values_list("key", flat=True)[:MOST_KEYS])
    liked = Preference.objects.filter(user=owner.id) if owner.type == "user" else None
    pairs = liked.values_list("category", "key")[:MOST_KEYS] if liked is not None else ()
    return [*keys, *(f"{category} / {key}" for category, key in pairs)]


def _give_up(row: Extraction, error: DomainError) -> None:
    with fenced():
        Extraction.objects.filter(pk=row.pk).update(
            state=ExtractionState.REFUSED,
            reason=error.message[:300],
            finished_at=timezone.now(),
            told_sealed=None,
        )


def _finish(row: Extraction, learned: Learned) -> None:
    row.state, row.finished_at = ExtractionState.DONE, timezone.now()
    row.memories, row.withheld = len(learned.memories), learned.withheld
    row.preferences = len(learned.preferences)
    row.hold("")
    row.save()
    record(
        "memories.extract",
        row,
        details={
            "memories": row.memories,
            "withheld": row.withheld,
            "preferences": row.preferences,
            "denied": learned.denied,
        },
    )
