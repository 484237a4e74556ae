"""Take one run out."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.http import StreamingHttpResponse

from accounts.permissions import require
from accounts.scoping.exports import stream
from armproject.lib.audit import record
from telemetry.identity import unsigned
from telemetry.models import Run, Span
from telemetry.reports.run_spans import spans_of

COLUMNS: Mapping[str, Callable[[Span], Any]] = {
    "span_id": lambda span: unsigned(span.span_id),
    "parent_id": lambda span: "" if span.parent_id is None else unsigned(span.parent_id),
    "kind": lambda span: span.kind,
    "name": lambda span: span.name,
    "status": lambda span: span.status,
    "started_at": lambda span: span.started_at,
    "ended_at": lambda span: span.ended_at,
    "vendor": lambda span: span.vendor,
    "model": lambda span: span.model,
    "input_tokens": lambda span: span.input_tokens,
    "output_tokens": lambda span: span.output_tokens,
    "cached_tokens": lambda span: span.cached_tokens,
    "cache_write_tokens": lambda span: span.cache_write_tokens,
    "reasoning_tokens": lambda span: span.reasoning_tokens,
    "counted": lambda span: span.counted,
    "cost": lambda span: span.cost,
    "tool_name": lambda span: span.tool_name,
    "tool_call_id": lambda span: span.tool_call_id,
    "error_type": lambda span: span.error_type,
    "error_message": lambda span: span.error_message,
    "attributes": lambda span: span.attributes,
}


@transaction.atomic
def export_run(run: Run) -> StreamingHttpResponse:
    """Write the steps of a run as CSV, the earliest first, and note who took them out."""
    require("runs.read")
    trace = run.trace_id.hex
    record("runs.export", run, details={"trace_id": trace})
    return stream(spans_of(run), COLUMNS, kind="csv", filename=f"run-{trace}")
