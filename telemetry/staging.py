"""Spans on their way into the database: one line each, as JSON that the database reads.

A whole batch is one parameter of one statement (see `storing`), so it passes the fence like any
other row. COPY would be a quarter faster, but it is refused on tables behind row-level security;
the ways around that are a role that the fence does not bind, or temporary tables, which would let
whoever speaks to the database as ARM put names of their own before those that functions read.
"""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson

from armproject.lib.scrub import scrub
from telemetry import identity
from telemetry.records import SpanRecord

# The columns of a line, in their order.
TYPES = {
    "id": "uuid",
    "started_us": "bigint",
    "run_id": "uuid",
    "trace_id": "uuid",
    "source_id": "uuid",
    "span_id": "bigint",
    "parent_id": "bigint",
    "kind": "text",
    "status": "text",
    "name": "text",
    "duration_us": "bigint",
    "vendor": "text",
    "model": "text",
    "input_tokens": "bigint",
    "output_tokens": "bigint",
    "cached_tokens": "bigint",
    "cache_write_tokens": "bigint",
    "reasoning_tokens": "bigint",
    "counted": "boolean",
    "cost": "numeric",
    "tool_name": "text",
    "tool_call_id": "text",
    "error_type": "text",
    "error_message": "text",
    "attributes_json": "text",
    "rank": "smallint",
    "ends_run": "boolean",
    "conversation": "text",
    "end_user": "text",
    "app": "text",
    "environment": "text",
}
# What JSON may tell and no text of the database may hold.
NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")

Line = tuple[Any, ...]

# How well a span stands for its run: nobody above it; an agent or a workflow; any other.
TOP, MIDDLE, OTHER = 2, 1, 0
HEADS = frozenset({"agent", "workflow"})


def rank(record: SpanRecord) -> int:
    """Return how well this span can say what its run is called and how it ended."""
    if not record.parent_id:
        return TOP
    return MIDDLE if record.kind in HEADS else OTHER


def line(
    organization_id: UUID, record: SpanRecord, *, run: UUID, source: UUID, cost: Decimal | None
) -> Line:
    """Return the line of a span."""
    started, ended = record.started_ns // 1_000, record.ended_ns // 1_000
    return (
        identity.span_row_id(organization_id, record.trace_id, record.span_id, record.started_ns),
        started,
        run,
        record.trace_id,
        source,
        identity.signed(record.span_id),
        identity.signed(record.parent_id) if record.parent_id else None,
        record.kind,
        record.status,
        record.name,
        max(ended - started, 0) if ended else None,
        record.vendor,
        record.response_model or record.model,
        record.input_tokens,
        record.output_tokens,
        record.cache_read_tokens,
        record.cache_write_tokens,
        record.reasoning_tokens,
        not record.counts_twice,
        cost,
        record.tool_name,
        record.tool_call_id,
        record.error_type,
        scrub(record.error_message) if record.error_message else "",
        orjson.dumps(record.attributes).decode() if record.attributes else "",
        rank(record),
        record.ends_run,
        record.conversation_id,
        record.user_id,
        record.app,
        record.environment,
    )


def as_json(lines: Iterable[Line]) -> str:
    """Return the lines as the JSON list of objects that the statement takes."""
    told = orjson.dumps([dict(zip(TYPES, each, strict=True)) for each in lines], default=str)
    text = told.decode()
    return NUL.sub(r"\1\\ufffd", text) if "\\u0000" in text else text
