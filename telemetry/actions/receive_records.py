"""Keep what was read at one of the doors."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from telemetry.actions.refuse_items import refuse_items
from telemetry.actions.store_spans import SECOND, store_spans
from telemetry.actions.tell_news import tell_news
from telemetry.counting import count_items
from telemetry.records import Rejected, SpanRecord

OLDEST = timedelta(days=30)
TOO_OLD = f"It began more than {OLDEST.days} days ago, which is longer than spans are kept."


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a request: items kept now, items that were known, and those refused.

    `fates` says of each record that was read whether it is kept now (True), was known (False), or
    is refused after all (None).
    """

    kept: int
    known: int
    rejected: Sequence[Rejected]
    fates: Sequence[bool | None] = ()


def receive_records(
    door: str, records: Sequence[SpanRecord], rejected: Sequence[Rejected]
) -> Received:
    """Keep records in the caller's transaction; count what was refused and put it aside."""
    late = _of_lost_days(records)
    lost = {each.index for each in late}
    fresh = [each for n, each in enumerate(records) if n not in lost] if lost else records
    stored = store_spans(fresh)
    if stored.spans:
        tell_news(fresh)
    refused = [*rejected, *late]
    refuse_items(door, refused)
    known = len(fresh) - stored.spans
    count_items(door, kept=stored.spans, known=known, refused=len(refused))
    kept = iter(stored.kept)
    fates = (
        [None if n in lost else next(kept) for n in range(len(records))] if lost else stored.kept
    )
    return Received(stored.spans, known, refused, fates)


def _of_lost_days(records: Sequence[SpanRecord]) -> list[Rejected]:
    """Refuse the records of days that are no longer kept."""
    oldest = int((timezone.now() - OLDEST).timestamp()) * SECOND
    return [
        Rejected(index, TOO_OLD, each.span_id)
        for index, each in enumerate(records)
        if each.started_ns < oldest
    ]
