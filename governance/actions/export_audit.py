"""Take the audit log out."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse

from accounts.permissions import require
from accounts.scoping.exports import KINDS, stream
from armproject.lib.audit import record
from armproject.lib.errors import InvalidInput
from governance.models import AuditEvent

FIELDS = (
    "id",
    "at",
    "actor_kind",
    "actor_id",
    "actor_label",
    "action",
    "resource_type",
    "resource_id",
    "resource_label",
    "reason",
    "before",
    "after",
    "details",
    "request_id",
    "trace_id",
    "address",
    "user_agent",
)


def export_audit(
    events: "QuerySet[AuditEvent]", *, kind: str, filters: Mapping[str, Any]
) -> StreamingHttpResponse:
    """Hand out audit events as CSV or JSON lines; that it was done is recorded before it is."""
    require("audit.export")
    if kind not in KINDS:
        problem = f"Choose one of: {', '.join(KINDS)}."
        raise InvalidInput(problem, fields={"format": [problem]})
    events = events.order_by("-id")
    details = {"format": kind, "filters": dict(filters), "rows": events.count()}
    record("audit.export", details=details)
    return stream(events, {name: _reader(name) for name in FIELDS}, kind=kind, filename="audit")


def _reader(name: str) -> Any:
    return lambda event: getattr(event, name)
