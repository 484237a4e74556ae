"""Try once more to keep what was put aside."""

from django.db import transaction

from accounts.fence import current_organization_id
from accounts.permissions import require
from armproject.lib.audit import record
from armproject.lib.errors import Conflict
from telemetry import putaside
from telemetry.actions.receive_safely import receive_safely
from telemetry.events import read_events
from telemetry.models import Quarantined
from telemetry.otlp import read_span
from telemetry.records import Rejected, SpanRecord


@transaction.atomic
def replay_quarantined(item: Quarantined) -> int:
    """Read an item through its door again and keep it; returns how many steps are new.

    Of several that were put aside together those that can be kept are; each other one is put aside
    by itself. Raises Conflict, and leaves the item where it is, if nothing of it can be kept.
    """
    require("quarantine.decide")
    item = Quarantined.objects.select_for_update(of=("self",)).get(pk=item.pk)
    records, rejected = _read(putaside.read(item.open()))
    if rejected:
        raise Conflict(f"It still cannot be kept: {rejected[0].reason}")
    with transaction.atomic():
        received = receive_safely(item.door, records, ())
        if received.rejected and len(records) == 1:
            raise Conflict(f"It still cannot be kept: {received.rejected[0].reason}")
    left = len(received.rejected)
    details = {"door": item.door, "reason": item.reason, "kept": received.kept, "refused": left}
    record("quarantine.replay", item, details=details)
    item.delete()
    return received.kept


def _read(item: putaside.PutAside) -> tuple[list[SpanRecord], list[Rejected]]:
    if item.records:
        return item.records, []
    if item.origin is not None:
        return read_span(putaside.span_bytes(item), item.content_type, item.origin)
    return read_events(b"[" + bytes(item.event) + b"]", current_organization_id())
