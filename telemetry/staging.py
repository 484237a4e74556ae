"""Spans on their way into the database: one line each, in the two forms that it reads.

A batch goes in by COPY where the server has the role for it, else as one JSON parameter of an
INSERT (see `storing`).
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec
import orjson

from armproject.lib.scrub import scrub
from telemetry import identity
from telemetry.records import SpanRecord

# The columns of a line, in their order; that of the organization is not told by the line.
COLUMNS = {
    "id": "uuid",
    "started_at": "timestamptz",
    "run_id": "uuid",
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
}
# What JSON may tell and no text of the database may hold.
NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")
# How COPY is told that a number is missing. A text that is just this is refused as such, and the
# other way in, which has no such word, keeps it.
MISSING = "\x02"
CELL, END = "\0", "\1"
ROW = f"{CELL}%s" * len(COLUMNS)
ESCAPED = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
MICROSECONDS = 1_000_000
SECONDS_KNOWN = 4_096


class Line(msgspec.Struct, gc=False):
    """One span as a row, and what its run and its use are summed from."""

    id: str
    run_id: str
    source_id: str
    started_us: int
    duration_us: int | None
    cost: Decimal | None
    error_message: str
    attributes: str
    record: SpanRecord


def line(
    organization_id: UUID, record: SpanRecord, *, run: str, source: str, cost: Decimal | None
) -> Line:
    """Return the line of a span."""
    started, ended = record.started_ns // 1_000, record.ended_ns // 1_000
    return Line(
        identity.span_row_hex(organization_id, record.trace_id, record.span_id, record.started_ns),
        run,
        source,
        started,
        max(ended - started, 0) if ended else None,
        cost,
        scrub(record.error_message) if record.error_message else "",
        orjson.dumps(record.attributes).decode() if record.attributes else "",
        record,
    )


def as_copy(organization_id: UUID, lines: Sequence[Line]) -> bytes:
    """Return the lines as COPY reads them, the organization first in each."""
    stamp = str(organization_id)
    rows = [ROW % _values(each, MISSING) for each in lines]
    # Put together by what texts hardly ever hold, so that one look finds what must be escaped.
    text = END.join(rows)
    if text.count(CELL) != len(rows) * len(COLUMNS) or text.count(END) != len(rows) - 1:
        rows = [_escaped_row(each) for each in lines]
        return "".join([f"{stamp}{row}\n" for row in rows]).encode(errors="replace")
    text = _escaped(text).replace(CELL, "\t").replace(END, f"\n{stamp}")
    return f"{stamp}{text}\n".encode(errors="replace")


def as_json(rows: Sequence[Any]) -> str:
    """Return rows as the JSON list of objects that a statement takes."""
    text = msgspec.json.encode(rows).decode()
    return NUL.sub(r"\1\\ufffd", text) if "\\u0000" in text else text


def in_objects(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Return the lines as objects under the names of their columns."""
    return [dict(zip(COLUMNS, _values(each, None), strict=True)) for each in lines]


def _values(each: Line, missing: str | None) -> tuple[Any, ...]:
    """Return the values of COLUMNS, with this where a number was not told."""
    of = each.record
    return (
        each.id,
        _instant(each.started_us),
        each.run_id,
        each.source_id,
        identity.signed(of.span_id),
        identity.signed(of.parent_id) if of.parent_id else missing,
        of.kind,
        of.status,
        of.name,
        missing if each.duration_us is None else each.duration_us,
        of.vendor,
        of.response_model or of.model,
        missing if of.input_tokens is None else of.input_tokens,
        missing if of.output_tokens is None else of.output_tokens,
        missing if of.cache_read_tokens is None else of.cache_read_tokens,
        missing if of.cache_write_tokens is None else of.cache_write_tokens,
        missing if of.reasoning_tokens is None else of.reasoning_tokens,
        not of.counts_twice,
        missing if each.cost is None else each.cost,
        of.tool_name,
        of.tool_call_id,
        of.error_type,
        each.error_message,
        each.attributes,
    )


def _escaped_row(each: Line) -> str:
    """Return a row of texts that hold anything; none of the database's holds a NUL."""
    texts = [str(value).replace(CELL, "\ufffd") for value in _values(each, MISSING)]
    return "".join([f"\t{_escaped(text)}" for text in texts])


def _escaped(text: str) -> str:
    for plain, escaped in ESCAPED.items():
        if plain in text:
            text = text.replace(plain, escaped)
    return text


def _instant(microseconds: int) -> str:
    return f"{_second(microseconds // MICROSECONDS)}.{microseconds % MICROSECONDS:06d}+00"


@lru_cache(SECONDS_KNOWN)
def _second(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S}"
