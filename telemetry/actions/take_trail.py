"""Take out everything about one request."""

from typing import Any

from django.db import transaction

from accounts.permissions import has_permission, require
from armproject.lib.audit import record
from telemetry.models import Run
from telemetry.reports import trail
from telemetry.reports.conversation import conversation
from telemetry.reports.trail import Trail
from telemetry.reports.trail_document import document

RIGHTS = {"content": "contents.read", "audit_events": "audit.read", "alerts": "alerts.read"}


@transaction.atomic
def take_trail(run: Run) -> dict[str, Any]:
    """Return a run with all that is known around it, as one document of JSON's own values.

    What the caller may not see is None and named under `withheld`; who took it out is noted.
    """
    require("runs.read")
    run = Run.objects.select_related("source__agent").get(pk=run.pk)
    may = {name: has_permission(right) for name, right in RIGHTS.items()}
    withheld = sorted(name for name, allowed in may.items() if not allowed)
    spans = trail.steps_of(run)
    found = Trail(
        run=run,
        spans=spans,
        content=conversation(run) if may["content"] else None,
        feedback=trail.feedback_on(run),
        costs=trail.cost_lines(run),
        audit_events=trail.events_around(run) if may["audit_events"] else None,
        alerts=trail.alerts_around(run) if may["alerts"] else None,
        withheld=withheld,
        is_cut=run.spans > len(spans),
    )
    details = {"trace_id": run.trace_id.hex, "withheld": withheld}
    record("runs.take_trail", run, details=details)
    return document(found)
