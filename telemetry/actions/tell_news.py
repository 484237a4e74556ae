"""Tell subscribers what agents did."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from accounts.fence import current_organization_id
from jobs.actions.publish_events import News, publish_events
from jobs.models import Subscription
from telemetry import identity
from telemetry.models import Run, RunStatus
from telemetry.records import SpanRecord

FINISHED, FAILED, TOOL, MESSAGE = "run.finished", "run.failed", "tool.called", "message.received"
TOPICS = {
    FINISHED: "A run ended",
    FAILED: "A run failed",
    TOOL: "A tool was called",
    MESSAGE: "A message came or went",
}
MESSAGES = frozenset({"message.user", "message.assistant"})


def tell_news(records: Sequence[SpanRecord]) -> int:
    """Tell what these records say, in the caller's transaction; returns how much is news.

    Where nobody subscribes, asking is all it costs. Names follow from what is told, so the same
    records sent again are no news. Nothing that was said is told, only that it was.
    """
    heard = Subscription.objects.hear_of(list(TOPICS))
    if not heard:
        return 0
    organization = current_organization_id()
    news = [*_of_steps(organization, records)]
    if heard & {FINISHED, FAILED}:
        news += _of_runs(organization, records)
    return publish_events([each for each in news if each.topic in heard])


def _of_steps(organization: UUID, records: Sequence[SpanRecord]) -> Iterator[News]:
    for each in records:
        topic = TOOL if each.kind == "tool" else MESSAGE if _is_message(each) else ""
        if not topic:
            continue
        row = identity.span_row_id(organization, each.trace_id, each.span_id, each.started_ns)
        told = {
            "run_id": identity.run_id(organization, each.trace_id),
            "trace_id": each.trace_id,
            "status": each.status,
        }
        if topic == TOOL:
            told["tool_name"] = each.tool_name
        yield News(topic, str(row), told, identity.news_id(organization, topic, str(row)))


def _is_message(record: SpanRecord) -> bool:
    return bool(record.messages_in or record.messages_out or record.name in MESSAGES)


def _of_runs(organization: UUID, records: Sequence[SpanRecord]) -> Iterator[News]:
    ended = {
        identity.run_id(organization, each.trace_id)
        for each in records
        if each.ends_run or (each.ended_ns and not each.parent_id)
    }
    over = Run.objects.filter(pk__in=ended, status__in=[RunStatus.SUCCEEDED, RunStatus.FAILED])
    for run in over.select_related("source").order_by("ended_at", "id"):
        told = {
            "trace_id": run.trace_id.hex,
            "agent_id": run.source and run.source.agent_id,
            "status": run.status,
            "started_at": run.started_at,
            "ended_at": run.ended_at,
            "steps": run.spans,
            "errors": run.errors,
            "tokens": run.tokens,
            "cost": run.cost,
        }
        for topic in (FINISHED, FAILED) if run.status == RunStatus.FAILED else (FINISHED,):
            mark = identity.news_id(organization, topic, str(run.pk))
            yield News(topic, str(run.pk), told, mark)
