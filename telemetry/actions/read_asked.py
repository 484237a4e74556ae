"""Read what a run was asked in the first place."""

from django.db import transaction

from accounts.permissions import require
from armproject.lib.audit import record
from telemetry.models import Run
from telemetry.reports.asked import asked_of


@transaction.atomic
def read_asked(run: Run) -> str:
    """Open the words with which a run began, and note who read them; empty where none are kept."""
    require("contents.read")
    found = asked_of(run)
    if found:
        record("contents.read", run, details={"messages": 1, "tool_calls": 0})
    return found
