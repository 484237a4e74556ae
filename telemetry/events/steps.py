"""What each type of event becomes: a step of a run, of the same kinds as a span."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import Any
from uuid import UUID

from telemetry.events.content import tell
from telemetry.events.payload import (
    Fields,
    Names,
    Table,
    count,
    itself,
    name,
    nanoseconds,
    read_payload,
    table,
    text,
    word,
)
from telemetry.events.shape import Event, Unusable, moment
from telemetry.records import SpanRecord

FAILED = frozenset({"error", "failed", "failure", "cancelled", "timeout"})
# The events of a batch are of a few runs, most of which the next batch is of, too.
RUNS_KNOWN = 4_096

# What any payload may say of its step.
SAID: Names = {
    "agent_name": (name, ("agent_name", "agent")),
    "service": (name, ("service",)),
    "environment": (name, ("environment",)),
    "app": (name, ("app_id", "app")),
    "conversation_id": (name, ("session_id", "conversation_id")),
    "user_id": (name, ("user_id",)),
    "error_type": (name, ("error_type", "code")),
    "error_message": (text, ("error_message", "error")),
}
ENDED: Names = {"outcome": (word, ("status", "result")), "ok": (itself, ("ok",))}
TOOK: Names = {"took": (nanoseconds, ("latency_ms", "duration_ms"))}
OF_A_TOOL: Names = {
    "tool_name": (name, ("tool_name", "tool", "name")),
    "tool_call_id": (name, ("tool_call_id", "call_id")),
}
BESIDE_A_TOOL: Names = {"action": (name, ("action",)), "cost_tokens": (count, ("cost_tokens",))}
OF_A_MODEL: Names = {
    "provider": (word, ("provider", "vendor")),
    "model": (name, ("model",)),
    "response_model": (name, ("response_model",)),
    "input_tokens": (count, ("input_tokens", "tokens_in", "prompt_tokens")),
    "output_tokens": (count, ("output_tokens", "tokens_out", "completion_tokens")),
    "cache_read_tokens": (count, ("cache_read_tokens", "cached_tokens")),
    "cache_write_tokens": (count, ("cache_write_tokens",)),
    "reasoning_tokens": (count, ("reasoning_tokens",)),
}
OF_AN_ERROR: Names = {"error_message": (text, ("message", "error_message", "error"))}
START_CALLED: Names = {"called": (name, ("name", "workflow", "goal"))}
END_CALLED: Names = {"called": (name, ("name", "workflow"))}
# Small values that say what a step was about, and are no content.
SMALL = ("decision", "outcome", "result", "rule", "policy", "memory_id", "message_id")

Complete = Callable[[SpanRecord, Fields, Fields], None]


@dataclass(frozen=True, slots=True)
class Kind:
    """How one type of event is read; `complete` takes in the extras, and the payload itself."""

    kind: str
    complete: Complete
    rows: Table


def _kind(
    kind: str,
    complete: Complete,
    fields: Names | None = None,
    extras: Names | None = None,
    *,
    takes_time: bool = False,
) -> Kind:
    """Return a kind; of one that `takes_time` the timestamp is its end, not its moment."""
    beside = {**ENDED, **(TOOK if takes_time else {}), **(extras or {})}
    return Kind(kind, complete, table({**SAID, **(fields or {})}, beside))


def step_of(event: Event) -> SpanRecord:
    """Return the step that a flat event is; raises `Unusable` with the reason."""
    kind = KINDS.get(event.event_type or "")
    if kind is None:
        raise Unusable(f"The event type is none of {', '.join(KINDS)}.")
    if not event.event_id:
        raise Unusable("The event has no event_id, by which a repeated one is known.")
    at, run = moment(event.timestamp), _run(event.payload)
    fields, extras = read_payload(event.payload, kind.rows)
    failed = extras.get("outcome") in FAILED or extras.get("ok") is False
    record = SpanRecord(
        trace_id=run,
        span_id=_hex(f"{run}\n{event.event_id}", 8),
        parent_id=_start_of(run),
        started_ns=at - extras.get("took", 0),
        ended_ns=at,
        name=event.event_type or "",
        kind=kind.kind,
        dialect="arm",
        status="error" if failed else "ok",
        agent_id=(event.instance_id or "")[:200],
        **fields,
    )
    kind.complete(record, extras, event.payload)
    tell(record, event.event_type or "", event.payload)
    return record


def _run(payload: Fields) -> str:
    """Return the trace that is this event's run: that of the run, trace or session it names."""
    told = payload.get("run_id") or payload.get("trace_id") or payload.get("session_id")
    if isinstance(told, str):
        return _as_trace(told[:200])
    for each in ("run_id", "trace_id", "session_id"):
        if told := name(payload.get(each)):
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


def _hex(told: str, size: int) -> str:
    return blake2b(told.encode("utf-8", "surrogatepass"), digest_size=size).hexdigest()


def _begin(record: SpanRecord, extras: Fields, _payload: Fields) -> None:
    record.span_id, record.parent_id = record.parent_id, ""
    record.ended_ns = 0
    record.name = extras.get("called") or record.agent_name or "Run"


def _end(record: SpanRecord, extras: Fields, _payload: Fields) -> None:
    record.name = extras.get("called") or record.agent_name or "Run"
    record.ends_run = True


def _tool(record: SpanRecord, extras: Fields, _payload: Fields) -> None:
    action = extras.get("action", "")
    record.name = f"{record.tool_name} {action}".strip() or record.name
    if "cost_tokens" in extras:
        record.attributes = {"cost_tokens": extras["cost_tokens"]}


def _model(record: SpanRecord, _extras: Fields, _payload: Fields) -> None:
    record.vendor = record.provider
    record.name = f"chat {record.model}".strip()


def _error(record: SpanRecord, _extras: Fields, _payload: Fields) -> None:
    record.status = "error"


def _plain(record: SpanRecord, _extras: Fields, payload: Fields) -> None:
    told: dict[str, Any] = {each: name(payload[each]) for each in SMALL if each in payload}
    record.attributes = {each: value for each, value in told.items() if value}


KINDS: dict[str, Kind] = {
    "RunStart": _kind("agent", _begin, extras=START_CALLED),
    "ToolCall": _kind("tool", _tool, OF_A_TOOL, BESIDE_A_TOOL, takes_time=True),
    "Decision": _kind("guardrail", _plain),
    "Outcome": _kind("evaluation", _plain),
    "RunEnd": _kind("agent", _end, extras=END_CALLED),
    "Error": _kind("span", _error, OF_AN_ERROR),
    "message.user": _kind("span", _plain),
    "message.assistant": _kind("span", _plain),
    "tool.call": _kind("span", _plain),
    "tool.result": _kind("tool", _tool, OF_A_TOOL, BESIDE_A_TOOL, takes_time=True),
    "llm.request": _kind("span", _plain),
    "llm.delta": _kind("span", _plain),
    "llm.complete": _kind("llm", _model, OF_A_MODEL, takes_time=True),
    "memory.write": _kind("memory", _plain, takes_time=True),
    "memory.recall": _kind("memory", _plain, takes_time=True),
    "error": _kind("span", _error, OF_AN_ERROR),
}
