"""Say how well an agent is to work."""

from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts.permissions import require
from agents.models import Agent
from armproject.lib.audit import record
from armproject.lib.errors import InvalidInput
from telemetry.models import Objective, ObjectiveDays

MOST_SECONDS = Decimal(100_000)


@transaction.atomic
def set_objective(
    agent: Agent,
    *,
    days: int = ObjectiveDays.MONTH,
    success_percent: Decimal | None = None,
    p95_seconds: Decimal | None = None,
) -> Objective:
    """Set an agent's objective; the one it had is replaced.

    At least one of the two is given: the per cent of runs that are to succeed, above 0 and below
    100, and the seconds within which 95 % are to end.
    """
    require("agents.write", agent)
    _refuse_unusable(days, success_percent, p95_seconds)
    former = Objective.objects.select_for_update(of=("self",)).filter(agent=agent).first()
    before = _facts(former) if former else None
    objective = former or Objective(agent=agent)
    objective.days, objective.success_percent = days, success_percent
    objective.p95_seconds = p95_seconds
    if before == _facts(objective):
        return objective
    objective.save()
    record("objectives.set", objective, before=before, after=_facts(objective))
    return objective


def _refuse_unusable(days: int, percent: Decimal | None, seconds: Decimal | None) -> None:
    problems: dict[str, list[str]] = {}
    if days not in ObjectiveDays.values:
        problems["days"] = ["An objective is judged over 7 or 28 days."]
    if percent is not None and not 0 < percent < 100:  # noqa: PLR2004 - per cent
        problems["success_percent"] = ["Give per cent above 0 and below 100, such as 99.5."]
    if seconds is not None and not 0 < seconds < MOST_SECONDS:
        problems["p95_seconds"] = ["Give seconds above 0, such as 2.5."]
    if percent is None and seconds is None:
        problems["success_percent"] = ["Say what share is to succeed, or how long runs may take."]
    if problems:
        raise InvalidInput(next(iter(problems.values()))[0], fields=problems)


def _facts(objective: Objective) -> dict[str, Any]:
    numbers = (objective.success_percent, objective.p95_seconds)
    percent, seconds = (None if each is None else f"{each.normalize():f}" for each in numbers)
    return {"days": objective.days, "success_percent": percent, "p95_seconds": seconds}
