"""Read what was said in a run."""

from django.db import transaction

from accounts.permissions import require
from armproject.lib.audit import record
from telemetry.models import Run
from telemetry.reports.conversation import Conversation, conversation


@transaction.atomic
def read_conversation(run: Run) -> Conversation:
    """Open what is kept of a run's content, and note who read it.

    Where nothing is kept there is nothing to read, and nothing is noted.
    """
    require("contents.read")
    found = conversation(run)
    if found.modes:
        details = {"messages": len(found.messages), "tool_calls": len(found.tool_calls)}
        record("contents.read", run, details=details)
    return found
