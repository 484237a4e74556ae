"""Calls of tools: what models asked for, beside what came of it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

import msgspec


class ToolStep(NamedTuple):
    """A step in which a tool worked; arguments and result are None where they are not kept."""

    span_id: int
    call_id: str
    name: str
    at: datetime
    took_us: int | None
    status: str
    error: str
    arguments: str | None
    result: str | None


class ToolCall(msgspec.Struct):
    """One call of a tool: asked for by a model, done in a step, or both.

    `span_id` and the times are None where no step tells of it; arguments and result are None
    where they were not kept.
    """

    call_id: str
    name: str
    at: datetime
    arguments: Any = None
    result: Any = None
    status: str = ""
    error: str = ""
    span_id: int | None = None
    took_us: int | None = None


class Asked(NamedTuple):
    """A part of a message that asks for a tool or brings its answer, and when."""

    part: dict[str, Any]
    at: datetime


def tool_calls(asked: Iterable[Asked], steps: Iterable[ToolStep]) -> list[ToolCall]:
    """Return the calls in the order of their beginning.

    A step belongs to the call of its id; one without an id to the first call of its tool that was
    asked for before it and has no step yet.
    """
    calls = _asked_for(asked)
    found = list(calls.values())
    for step in steps:
        call = _of_step(step, calls)
        if call is None:
            call = ToolCall(step.call_id, step.name, step.at)
            found.append(call)
            if step.call_id:
                calls[step.call_id] = call
        _fill(call, step)
    return sorted(found, key=lambda call: call.at)


def _asked_for(asked: Iterable[Asked]) -> dict[str, ToolCall]:
    calls: dict[str, ToolCall] = {}
    for number, (part, at) in enumerate(asked):
        pk = str(part.get("id") or "")
        if part.get("type") == "tool_call":
            call = ToolCall(pk, str(part.get("name") or ""), at, part.get("arguments"))
            calls.setdefault(pk or f" {number}", call)
        elif pk in calls and calls[pk].result is None:
            calls[pk].result = part.get("response")
    return calls


def _of_step(step: ToolStep, calls: dict[str, ToolCall]) -> ToolCall | None:
    if step.call_id:
        return calls.get(step.call_id)
    fitting = (
        call
        for call in calls.values()
        if call.span_id is None and call.name == step.name and call.at <= step.at
    )
    return next(fitting, None)


def _fill(call: ToolCall, step: ToolStep) -> None:
    call.at, call.span_id, call.took_us = step.at, step.span_id, step.took_us
    call.status, call.error = step.status, step.error
    if call.arguments is None:
        call.arguments = step.arguments
    if step.result is not None:
        call.result = step.result
