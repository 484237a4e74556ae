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
ESCAPED = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
MICROSECONDS = 1_000_000
SECONDS_KNOWN = 4_096


class Line(msgspec.Struct, gc=False):
    """One span as a row: the values of COLUMNS, and what its run and its use are summed from."""

    id: str
    run_id: str
    source_id: str
    started_us: int
    duration_us: int | None
    cost: Decimal | None
    error_message: str
    record: SpanRecord
    values: tuple[Any, ...]


def line(
    organization_id: UUID, record: SpanRecord, *, run: str, source: str, cost: Decimal | None
) -> Line:
    """Return the line of a span."""
    started, ended = record.started_ns // 1_000, record.ended_ns // 1_000
    row = identity.span_row_hex(organization_id, record.trace_id, record.span_id, record.started_ns)
    duration = max(ended - started, 0) if ended else None
    error = scrub(record.error_message) if record.error_message else ""
    values = (
        row,
        _instant(started),
        run,
        source,
        identity.signed(record.span_id),
        identity.signed(record.parent_id) if record.parent_id else None,
        record.kind,
        record.status,
        record.name,
        duration,
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
        error,
        orjson.dumps(record.attributes).decode() if record.attributes else "",
    )
    return Line(row, run, source, started, duration, cost, error, record, values)


def as_copy(organization_id: UUID, lines: Sequence[Line]) -> bytes:
    """Return the lines as COPY reads them, the organization first in each."""
    stamp = str(organization_id)
    return "".join([_row(stamp, each.values) for each in lines]).encode(errors="replace")


def as_json(rows: Sequence[Any]) -> str:
    """Return rows as the JSON list of objects that a statement takes."""
    text = msgspec.json.encode(rows).decode()
    return NUL.sub(r"\1\\ufffd", text) if "\\u0000" in text else text


def in_objects(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Return the lines as objects under the names of their columns."""
    return [dict(zip(COLUMNS, each.values, strict=True)) for each in lines]


def _row(stamp: str, values: tuple[Any, ...]) -> str:
    texts = [
        value if type(value) is str else MISSING if value is None else str(value)
        for value in values
    ]
    # Joined by what no text of the database may hold, so that one look finds what must be escaped.
    row = "\0".join(texts)
    if row.count("\0") != len(texts) - 1:
        row = "\0".join([text.replace("\0", "\ufffd") for text in texts])
    for plain, escaped in ESCAPED.items():
        if plain in row:
            row = row.replace(plain, escaped)
    return f"{stamp}\t{row}\n".replace("\0", "\t")


def _instant(microseconds: int) -> str:
    return f"{_second(microseconds // MICROSECONDS)}.{microseconds % MICROSECONDS:06d}+00"


@lru_cache(SECONDS_KNOWN)
def _second(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S}"
