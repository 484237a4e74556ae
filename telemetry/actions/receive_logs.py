"""Take in what log records tell of spans."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from accounts.fence import current_organization_id, fenced
from accounts.permissions import require
from telemetry import identity
from telemetry.actions.count_rejections import count_rejections
from telemetry.actions.keep_said import keep_said
from telemetry.actions.keep_sources import keep_sources
from telemetry.actions.receive_records import Received
from telemetry.actions.store_spans import SECOND
from telemetry.models import Span
from telemetry.naming import name_sources
from telemetry.otlp import LoggedSpan, read_log_events, read_logs

AROUND = timedelta(days=1)


def receive_logs(body: bytes, content_type: str) -> Received:
    """Keep messages and judgements that logs tell of spans, before or after those arrive.

    They follow the rule of the span's source; while the span is not here, that of what the log
    names. Other logs are accepted and not kept. The same log sent again changes nothing.
    """
    require("telemetry.write")
    _, rejected = read_logs(body, content_type)
    told = read_log_events(body, content_type)
    with fenced():
        count_rejections("logs", rejected)
        if told:
            records = [each.record for each in told]
            keep_said(records, _sources(told), [each.origin for each in told])
    return Received(len(told), 0, rejected)


def _sources(told: Sequence[LoggedSpan]) -> list[UUID]:
    """Return whose words these are: as their spans know, else as the logs say."""
    organization = current_organization_id()
    records = [each.record for each in told]
    times = [datetime.fromtimestamp(each.started_ns / SECOND, UTC) for each in records]
    places = [
        (identity.run_id(organization, each.trace_id), identity.signed(each.span_id))
        for each in records
    ]
    spans = Span.objects.filter(
        run_id__in={run for run, _ in places},
        started_at__range=(min(times) - AROUND, max(times) + AROUND),
    )
    rows = spans.order_by().values_list("run_id", "span_id", "source_id")
    known = {(run, span): source for run, span, source in rows}
    if all(place in known for place in places):
        return [known[place] for place in places]
    named = keep_sources(name_sources(records))
    return [known.get(place, source) for place, source in zip(places, named, strict=True)]
