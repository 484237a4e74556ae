"""No longer say how well an agent is to work."""

from django.db import transaction

from accounts.permissions import require
from armproject.lib.audit import record
from telemetry.models import Objective


@transaction.atomic
def drop_objective(objective: Objective) -> None:
    """Drop an agent's objective; its runs are kept and shown as before."""
    require("agents.write", objective.agent)
    record("objectives.drop", objective, before={"agent": str(objective.agent)})
    objective.delete()
