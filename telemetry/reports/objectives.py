"""How agents stand against their objectives, and how much may still go wrong."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.utils import timezone

from telemetry.lengths import longer_than
from telemetry.models import Grain, Objective
from telemetry.reports.run_sums import Tally, by_agent

P95, TOO_LONG = 0.95, Decimal("0.05")
THOUSAND, HUNDRED = 1_000, 100


@dataclass(frozen=True, slots=True)
class Standing:
    """An objective, and what the runs of its days say.

    Budgets tell how much of what may go wrong is left: 1 all of it, 0 nothing, below that it was
    overdrawn. None where nothing is asked or nothing ran.
    """

    objective: Objective
    sums: Tally
    failure_budget: Decimal | None
    time_budget: Decimal | None

    @property
    def is_met(self) -> bool | None:
        budgets = [each for each in (self.failure_budget, self.time_budget) if each is not None]
        return min(budgets) >= 0 if budgets else None

    @property
    def budget(self) -> Decimal | None:
        """The smaller of the two budgets."""
        budgets = [each for each in (self.failure_budget, self.time_budget) if each is not None]
        return min(budgets, default=None)


def standings(objectives: Iterable[Objective]) -> list[Standing]:
    """Judge objectives by the sums of days, in their order."""
    asked = list(objectives)
    today = timezone.now().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    known = {days: _tallies(today, days) for days in {each.days for each in asked}}
    return [_standing(each, known[each.days].get(each.agent_id, Tally())) for each in asked]


def _tallies(today: datetime, days: int) -> dict[UUID, Tally]:
    tomorrow = today + timedelta(days=1)
    return by_agent(tomorrow - timedelta(days=days), tomorrow, Grain.DAY)


def _standing(objective: Objective, sums: Tally) -> Standing:
    return Standing(
        objective, sums, _failure_budget(objective, sums), _time_budget(objective, sums)
    )


def _failure_budget(objective: Objective, sums: Tally) -> Decimal | None:
    if objective.success_percent is None or sums.success_rate is None:
        return None
    allowed = 1 - objective.success_percent / HUNDRED
    return 1 - (1 - sums.success_rate) / allowed


def _time_budget(objective: Objective, sums: Tally) -> Decimal | None:
    ended = sum(sums.lengths)
    if objective.p95_seconds is None or not ended:
        return None
    slow = longer_than(sums.lengths, float(objective.p95_seconds) * THOUSAND)
    return 1 - Decimal(slow) / ended / TOO_LONG
