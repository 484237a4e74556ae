"""Try once more to keep what was put aside."""

from django.db import transaction

from accounts.fence import current_organization_id
from accounts.permissions import require
from armproject.lib.audit import record
from armproject.lib.errors import Conflict
from telemetry import putaside
from telemetry.actions.receive_records import receive_records
from telemetry.events import read_events
from telemetry.models import Quarantined
from telemetry.otlp import read_span
from telemetry.records import Rejected, SpanRecord


@transaction.atomic
def replay_quarantined(item: Quarantined) -> int:
    """Read an item through its door again and keep it; returns how many steps are new.

    Raises Conflict, and leaves it where it is, if it still cannot be kept.
    """
    require("quarantine.decide")
    item = Quarantined.objects.select_for_update(of=("self",)).get(pk=item.pk)
    records, rejected = _read(putaside.read(item.open()))
    if rejected:
        raise Conflict(f"It still cannot be kept: {rejected[0].reason}")
    received = _keep(item.door, records)
    record("quarantine.replay", item, details={"door": item.door, "reason": item.reason})
    item.delete()
    return received


def _read(item: putaside.PutAside) -> tuple[list[SpanRecord], list[Rejected]]:
    if item.record is not None:
        return [item.record], []
    if item.origin is not None:
        return read_span(putaside.span_bytes(item), item.content_type, item.origin)
    return read_events(b"[" + bytes(item.event) + b"]", current_organization_id())


def _keep(door: str, records: list[SpanRecord]) -> int:
    try:
        with transaction.atomic():
            received = receive_records(door, records, ())
    except Exception as error:
        raise Conflict(f"It still cannot be stored ({type(error).__name__}).") from error
    if received.rejected:
        raise Conflict(f"It still cannot be kept: {received.rejected[0].reason}")
    return received.kept
