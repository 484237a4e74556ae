"""A trail as one document of plain values."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from telemetry.identity import unsigned
from telemetry.models import Feedback, Run, Span
from telemetry.reports.comments import comment_of
from telemetry.reports.conversation import Conversation
from telemetry.reports.trail import Trail

RUN = (
    *("id", "name", "status", "started_at", "ended_at", "conversation", "end_user", "app"),
    *("environment", "model", "llm_calls", "tool_calls", "errors", "input_tokens"),
    *("output_tokens", "cached_tokens", "cache_write_tokens", "cost", "unpriced"),
    *("error_type", "error_message"),
)
SPAN = (
    *("kind", "name", "status", "started_at", "ended_at", "vendor", "model", "input_tokens"),
    *("output_tokens", "cached_tokens", "cache_write_tokens", "reasoning_tokens", "counted"),
    *("cost", "tool_name", "tool_call_id", "error_type", "error_message", "attributes"),
)
FEEDBACK = (
    *("id", "message_id", "source", "helpful", "score", "tag", "label", "end_user"),
    "created_at",
)
EVENT = (
    *("id", "at", "action", "actor_kind", "actor_label", "resource_type", "resource_id"),
    *("reason", "request_id", "details"),
)
ALERT = ("id", "title", "severity", "state", "message", "opened_at", "resolved_at", "resolution")


def document(trail: Trail) -> dict[str, Any]:
    """Return a trail as JSON's own values: times as ISO 8601, amounts and ids as text."""
    told = {
        "run": _run(trail.run),
        "spans": [_span(span) for span in trail.spans],
        "content": None if trail.content is None else _content(trail.content),
        "feedback": [_feedback(row) for row in trail.feedback],
        "costs": [line._asdict() for line in trail.costs],
        "audit_events": _rows(trail.audit_events, EVENT),
        "alerts": _rows(trail.alerts, ALERT),
        "withheld": trail.withheld,
        "is_cut": trail.is_cut,
    }
    plain: dict[str, Any] = msgspec.to_builtins(told)
    return plain


def _rows(rows: Iterable[Any] | None, names: Iterable[str]) -> list[Mapping[str, Any]] | None:
    return None if rows is None else [_told(row, names) for row in rows]


def _told(row: Any, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _run(run: Run) -> dict[str, Any]:
    agent = {"agent": run.source.agent_id, "agent_name": str(run.source)}
    return {**_told(run, RUN), "trace_id": run.trace_id.hex, **agent}


def _span(span: Span) -> dict[str, Any]:
    parent = "" if span.parent_id is None else unsigned(span.parent_id)
    return {"span_id": unsigned(span.span_id), "parent_id": parent, **_told(span, SPAN)}


def _feedback(row: Feedback) -> dict[str, Any]:
    span = "" if row.span_id is None else unsigned(row.span_id)
    return {"span_id": span, **_told(row, FEEDBACK), "comment": comment_of(row)}


def _content(found: Conversation) -> dict[str, Any]:
    return {
        "messages": [
            {**said._asdict(), "span_id": unsigned(said.span_id)} for said in found.messages
        ],
        "tool_calls": [
            {**msgspec.structs.asdict(call), "span_id": unsigned(call.span_id or 0)}
            for call in found.tool_calls
        ],
        "failures": [
            {**failed._asdict(), "span_id": unsigned(failed.span_id)} for failed in found.failures
        ],
        "modes": found.modes,
        "redacted": found.redacted,
        "left_out": found.left_out,
        "is_cut": found.is_cut,
    }
