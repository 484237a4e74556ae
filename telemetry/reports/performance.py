"""How well agents work over time: success, failures, run time and throughput."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from django.utils import timezone

from agents.models import Agent
from telemetry.models import Grain, RunSum, SumOf
from telemetry.reports.run_sums import (
    Scope,
    Tally,
    by_agent,
    by_key,
    course,
    scope_of_agent,
    total,
)

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MOST_PARTS = 100


class Period(StrEnum):
    """Up to now, how far back; days are UTC days."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class Cut(NamedTuple):
    """How a period is divided: so many steps, each made of whole minutes, hours or days."""

    label: str
    step: timedelta
    steps: int
    grain: Grain


CUTS: Mapping[Period, Cut] = {
    Period.HOUR: Cut("Last hour", MINUTE, 60, Grain.MINUTE),
    Period.DAY: Cut("24 hours", HOUR, 24, Grain.HOUR),
    Period.WEEK: Cut("7 days", 4 * HOUR, 42, Grain.HOUR),
    Period.MONTH: Cut("28 days", DAY, 28, Grain.DAY),
    Period.QUARTER: Cut("90 days", 3 * DAY, 30, Grain.DAY),
    Period.YEAR: Cut("A year", 7 * DAY, 52, Grain.DAY),
}


class PartOf(StrEnum):
    """By what a period is divided."""

    AGENT = "agent"
    APP = "app"
    ENVIRONMENT = "environment"
    MODEL = "model"


@dataclass(frozen=True, slots=True)
class Point:
    """One step of a period."""

    at: datetime
    sums: Tally


@dataclass(frozen=True, slots=True)
class Performance:
    """A period, step by step, and beside the period before; that is None where nothing ran."""

    period: Period
    start: datetime
    end: datetime
    step: timedelta
    now: Tally
    before: Tally | None
    points: list[Point]


@dataclass(frozen=True, slots=True)
class Part:
    """What one agent, app or the like did in a period."""

    key: str
    label: str
    sums: Tally


def performance(period: Period, scope: Scope) -> Performance:
    """Return how the runs of a period went, those that began within it."""
    cut = CUTS[period]
    start, end = bounds(period)
    both = course(scope, start - (end - start), cut.step, 2 * cut.steps, cut.grain)
    former, steps = both[: cut.steps], both[cut.steps :]
    before = total(former)
    return Performance(
        period,
        start,
        end,
        cut.step,
        total(steps),
        before if before.runs else None,
        [Point(start + n * cut.step, sums) for n, sums in enumerate(steps)],
    )


def bounds(period: Period, now: datetime | None = None) -> tuple[datetime, datetime]:
    """Return where a period begins and ends: with the present minute, hour or UTC day."""
    cut = CUTS[period]
    moment = (now or timezone.now()).astimezone(UTC).replace(second=0, microsecond=0)
    if cut.grain != Grain.MINUTE:
        moment = moment.replace(minute=0)
    if cut.grain == Grain.DAY:
        moment = moment.replace(hour=0)
    end = moment + {Grain.MINUTE: MINUTE, Grain.HOUR: HOUR, Grain.DAY: DAY}[cut.grain]
    return end - cut.step * cut.steps, end


def parts(period: Period, of: PartOf) -> list[Part]:
    """Divide a period by agent, app, environment or model; the one with most runs first.

    What reports as no known agent is not among the agents.
    """
    start, end = bounds(period)
    grain = CUTS[period].grain
    if of == PartOf.AGENT:
        found = {str(agent): sums for agent, sums in by_agent(start, end, grain).items()}
        names = _names(found)
    else:
        found = by_key(SumOf(of.value), start, end, grain)
        names = {key: key for key in found}
    made = [
        Part(key, names[key], sums) for key, sums in found.items() if sums.runs and key in names
    ]
    return sorted(made, key=lambda part: (-part.sums.runs, part.label))[:MOST_PARTS]


def scope_of(of: PartOf | None, key: str) -> Scope:
    """Return the runs of one agent, app or the like; without one, of all."""
    if of is None:
        return Scope()
    if of == PartOf.AGENT:
        return scope_of_agent(UUID(key))
    return Scope(SumOf(of.value), (key,))


def has_runs() -> bool:
    """Tell whether anything ever ran."""
    return RunSum.objects.filter(grain=Grain.DAY, of=SumOf.ALL).exists()


def _names(agents: Mapping[str, Tally]) -> dict[str, str]:
    rows = Agent.objects.filter(pk__in=list(agents)).values_list("pk", "name")
    return {str(pk): name for pk, name in rows}
