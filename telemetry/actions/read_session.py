"""Read what was said in all runs of a conversation."""

from django.db import transaction

from accounts.permissions import require
from telemetry.actions.read_conversation import read_conversation
from telemetry.reports.session import Episode, episodes, runs_of
from telemetry.reports.turns import turns


@transaction.atomic
def read_session(conversation: str) -> list[Episode]:
    """Open what is kept of the runs of a conversation, the earliest first, and note each."""
    require("contents.read")
    return list(episodes((run, turns(read_conversation(run))) for run in runs_of(conversation)))
