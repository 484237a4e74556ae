"""What each type of event becomes: a step of a run, of the same kinds as a span."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import Any
from uuid import UUID

from telemetry.events.shape import LONGEST_ID, LONGEST_TEXT, Event, Payload, Unusable, moment
from telemetry.records import SpanRecord

# What any payload may say of its step, and under which names, of which the first counts.
SAID = {
    "agent_name": ("agent_name", "agent"),
    "service": ("service",),
    "environment": ("environment",),
    "app": ("app_id", "app"),
    "conversation_id": ("session_id", "conversation_id"),
    "user_id": ("user_id",),
    "error_type": ("error_type", "code"),
    "error_message": ("error_message", "error"),
}
SAID_AS = {name: field for field, names in SAID.items() for name in names}
LENGTHS = {"error_message": LONGEST_TEXT}
FAILED = frozenset({"error", "failed", "failure", "cancelled", "timeout"})
# The events of a batch are of a few runs, most of which the next batch is of, too.
RUNS_KNOWN = 4_096


@dataclass(frozen=True, slots=True)
class Kind:
    """How one type of event is read. `takes_time`: its timestamp is its end, not its moment."""

    kind: str
    complete: Callable[[SpanRecord, Payload], None]
    takes_time: bool = False


def step_of(event: Event) -> SpanRecord:
    """Return the step that a flat event is; raises `Unusable` with the reason."""
    kind = KINDS.get(event.event_type or "")
    if kind is None:
        raise Unusable(f"The event type is none of {', '.join(KINDS)}.")
    if not event.event_id:
        raise Unusable("The event has no event_id, by which a repeated one is known.")
    payload = Payload(event.payload)
    at = moment(event.timestamp)
    took = payload.nanoseconds("latency_ms", "duration_ms") if kind.takes_time else 0
    run = _run(payload)
    record = SpanRecord(
        trace_id=run,
        span_id=_hex(f"{run}\n{event.event_id}", 8),
        parent_id=_start_of(run),
        started_ns=at - took,
        ended_ns=at,
        name=event.event_type or "",
        kind=kind.kind,
        dialect="arm",
        status="error" if _failed(payload) else "ok",
        agent_id=(event.instance_id or "")[:200],
        **_said(payload),
    )
    kind.complete(record, payload)
    return record


def _said(payload: Payload) -> dict[str, Any]:
    """Return what any payload may say of its step, of what this one does say."""
    fields = {SAID_AS[name] for name in payload.values if name in SAID_AS}
    return {
        field: payload.text(*SAID[field], longest=LENGTHS.get(field, LONGEST_ID))
        for field in fields
    }


def _run(payload: Payload) -> str:
    """Return the trace that is this event's run: that of the run, trace or session it names."""
    for name in ("run_id", "trace_id", "session_id"):
        told = payload.text(name)
        if told:
            return _as_trace(told)
    raise Unusable("The payload names no run_id, trace_id or session_id to belong to.")


@lru_cache(RUNS_KNOWN)
def _as_trace(told: str) -> str:
    try:
        found = UUID(told).hex
    except ValueError:
        return _hex(told, 16)
    return found if found.strip("0") else _hex(told, 16)


@lru_cache(RUNS_KNOWN)
def _start_of(run: str) -> str:
    """Return the id of the step that begins a run, under which all its others stand."""
    return _hex(f"{run}\nstart", 8)


def _hex(text: str, size: int) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=size).hexdigest()


def _failed(payload: Payload) -> bool:
    return payload.text("status", "result").lower() in FAILED or payload.values.get("ok") is False


def _begin(record: SpanRecord, payload: Payload) -> None:
    record.span_id, record.parent_id = record.parent_id, ""
    record.ended_ns = 0
    record.name = payload.text("name", "workflow", "goal") or record.agent_name or "Run"


def _end(record: SpanRecord, payload: Payload) -> None:
    record.name = payload.text("name", "workflow") or record.agent_name or "Run"
    record.ends_run = True


def _tool(record: SpanRecord, payload: Payload) -> None:
    record.tool_name = payload.text("tool_name", "tool", "name")
    record.tool_call_id = payload.text("tool_call_id", "call_id")
    action = payload.text("action")
    record.name = " ".join(part for part in (record.tool_name, action) if part) or record.name
    total = payload.count("cost_tokens")
    if total is not None:
        record.attributes["cost_tokens"] = total


def _model(record: SpanRecord, payload: Payload) -> None:
    record.provider = record.vendor = payload.text("provider", "vendor").lower()
    record.model = payload.text("model")
    record.response_model = payload.text("response_model")
    record.input_tokens = payload.count("input_tokens", "tokens_in", "prompt_tokens")
    record.output_tokens = payload.count("output_tokens", "tokens_out", "completion_tokens")
    record.cache_read_tokens = payload.count("cache_read_tokens", "cached_tokens")
    record.cache_write_tokens = payload.count("cache_write_tokens")
    record.reasoning_tokens = payload.count("reasoning_tokens")
    record.name = f"chat {record.model}".strip()


def _error(record: SpanRecord, payload: Payload) -> None:
    record.status = "error"
    message = payload.text("message", "error_message", "error", longest=LONGEST_TEXT)
    record.error_message = message


def _plain(record: SpanRecord, payload: Payload) -> None:
    """Keep the small values a step tells, but nothing that could be content."""
    for name in ("decision", "outcome", "result", "rule", "policy", "memory_id", "message_id"):
        if text := payload.text(name):
            record.attributes[name] = text


KINDS: dict[str, Kind] = {
    "RunStart": Kind("agent", _begin),
    "ToolCall": Kind("tool", _tool, takes_time=True),
    "Decision": Kind("guardrail", _plain),
    "Outcome": Kind("evaluation", _plain),
    "RunEnd": Kind("agent", _end),
    "Error": Kind("span", _error),
    "message.user": Kind("span", _plain),
    "message.assistant": Kind("span", _plain),
    "tool.call": Kind("span", _plain),
    "tool.result": Kind("tool", _tool, takes_time=True),
    "llm.request": Kind("span", _plain),
    "llm.delta": Kind("span", _plain),
    "llm.complete": Kind("llm", _model, takes_time=True),
    "memory.write": Kind("memory", _plain, takes_time=True),
    "memory.recall": Kind("memory", _plain, takes_time=True),
    "error": Kind("span", _error),
}
