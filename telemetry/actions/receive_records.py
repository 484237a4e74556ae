"""Keep what was read at one of the doors."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from telemetry.actions.count_rejections import count_rejections
from telemetry.actions.store_spans import SECOND, store_spans
from telemetry.records import Rejected, SpanRecord

OLDEST = timedelta(days=30)
TOO_OLD = f"It began more than {OLDEST.days} days ago, which is longer than spans are kept."


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a request: items kept now, items that were known, and those refused."""

    kept: int
    known: int
    rejected: Sequence[Rejected]


def receive_records(
    door: str, records: Sequence[SpanRecord], rejected: Sequence[Rejected]
) -> Received:
    """Keep records in the caller's transaction, and count what was refused."""
    fresh, late = _by_age(records)
    stored = store_spans(fresh)
    refused = [*rejected, *late]
    count_rejections(door, refused)
    return Received(stored.spans, len(fresh) - stored.spans, refused)


def _by_age(records: Sequence[SpanRecord]) -> tuple[Sequence[SpanRecord], list[Rejected]]:
    """Part the records from those of days that are no longer kept."""
    oldest = int((timezone.now() - OLDEST).timestamp()) * SECOND
    late = [
        Rejected(index, TOO_OLD, each.span_id)
        for index, each in enumerate(records)
        if each.started_ns < oldest
    ]
    if not late:
        return records, late
    return [each for each in records if each.started_ns >= oldest], late
