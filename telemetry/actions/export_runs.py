"""Take many runs out."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import StreamingHttpResponse

from accounts.permissions import require
from accounts.scoping.exports import stream
from armproject.lib.audit import record
from telemetry.models import Run

COLUMNS: Mapping[str, Callable[[Run], Any]] = {
    "id": lambda run: run.pk,
    "trace_id": lambda run: run.trace_id.hex,
    "name": lambda run: run.name,
    "agent": lambda run: str(run.source),
    "status": lambda run: run.status,
    "started_at": lambda run: run.started_at,
    "ended_at": lambda run: run.ended_at,
    "conversation_id": lambda run: run.conversation,
    "user": lambda run: run.end_user,
    "app": lambda run: run.app,
    "environment": lambda run: run.environment,
    "model": lambda run: run.model,
    "spans": lambda run: run.spans,
    "llm_calls": lambda run: run.llm_calls,
    "tool_calls": lambda run: run.tool_calls,
    "errors": lambda run: run.errors,
    "input_tokens": lambda run: run.input_tokens,
    "output_tokens": lambda run: run.output_tokens,
    "cost": lambda run: run.cost,
    "error_type": lambda run: run.error_type,
    "error_message": lambda run: run.error_message,
}


@transaction.atomic
def export_runs(runs: "QuerySet[Run]", filters: Mapping[str, str]) -> StreamingHttpResponse:
    """Write these runs as CSV, the newest first, and note who took them out."""
    require("runs.read")
    record("runs.export", details={"filters": dict(filters)})
    newest = runs.select_related("source").order_by("-started_at", "-id")
    return stream(newest, COLUMNS, kind="csv", filename="runs")
