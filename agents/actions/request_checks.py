"""Ask for health checks."""

from collections.abc import Sequence

from django.db import transaction

from accounts.permissions import require
from agents.actions.queue_checks import queue_checks
from agents.models import Agent


@transaction.atomic
def request_checks(agents: Sequence[Agent]) -> int:
    """Have these agents checked soon, many at a time; return in how many batches."""
    require("agents.check")
    return queue_checks(agents)
