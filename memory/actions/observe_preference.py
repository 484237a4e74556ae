"""Note a preference that was observed."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.permissions import require
from armproject.lib.audit import record
from memory.access import require_writing
from memory.actions.set_preference import lock_preference, preference_of, writing_of
from memory.gates import Effect
from memory.learning.answers import Liking
from memory.learning.observing import Told, observe, with_example
from memory.models import Preference, SourceType


@transaction.atomic
def observe_preference(
    liking: Liking, *, user: str = "", source_id: str = "", run_id: UUID | None = None
) -> Preference | None:
    """Note that a user (or the organization, for "") was seen to prefer something.

    Seen again it is surer; another value takes its place and the former one stays known. Against
    what a person set, nothing is kept. None where it is not: then, or where a gate withholds it.
    """
    require("memories.write")
    if not _is_allowed(user, liking.key, liking.value):
        return None
    # Words that were said in a conversation often ask for something: those stay behind.
    example = liking.example if _is_allowed(user, liking.key, liking.example) else ""
    lock_preference(user, liking.category, liking.key)
    row = preference_of(user, liking.category, liking.key)
    if row._state.adding:
        row.hold(Told(liking.value, with_example((), example)))
        row.confidence, is_contradiction = liking.confidence, False
    else:
        seen = observe(
            row.told,
            row.confidence,
            liking.value,
            seen_confidence=liking.confidence,
            example=example,
            at=timezone.now().isoformat(),
        )
        is_contradiction = seen.is_contradiction
        if is_contradiction and row.is_trusted:
            return None
        row.hold(seen.told)
        row.confidence = seen.confidence
        row.observations += 1
    _stamp(row, source_id, run_id)
    details = {"observations": row.observations, "is_contradiction": is_contradiction}
    record("preferences.observe", row, details=details)
    return row


def _is_allowed(user: str, key: str, text: str) -> bool:
    return require_writing(writing_of(user, key, text, ())).effect == Effect.ALLOW


def _stamp(row: Preference, source_id: str, run_id: UUID | None) -> None:
    row.last_observed_at = timezone.now()
    if not row.is_trusted:
        row.source_type = SourceType.INTERACTION
        row.source_id, row.run_id = source_id, run_id
    row.save()
