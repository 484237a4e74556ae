"""How runs went, in any span of time, read from their sums alone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import reduce
from itertools import zip_longest
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection as database

from accounts.fence import current_organization_id
from armproject.lib.money import ZERO
from telemetry.lengths import BUCKETS, percentile
from telemetry.models import Grain, Source, SumOf

ADDED = (
    *("runs", "succeeded", "failed", "incomplete", "llm_calls", "tool_calls", "errors"),
    *("input_tokens", "output_tokens", "cost", "unpriced"),
)
SUMS = ", ".join(f"sum({name})" for name in ADDED)
LENGTHS = ", ".join(f"coalesce(sum(lengths[{number + 1}]), 0)" for number in range(BUCKETS))
IN_STEPS = f"""
SELECT floor(extract(epoch FROM at - %(start)s) / %(step)s)::int AS place,
       {SUMS}, ARRAY[{LENGTHS}]::bigint[]
  FROM telemetry_runsum
 WHERE organization_id = %(organization)s AND grain = %(grain)s AND "of" = %(of)s
   AND key = ANY(%(keys)s) AND at >= %(start)s AND at < %(end)s
 GROUP BY 1
"""  # noqa: S608 - names of our own columns
BY_KEY = f"""
SELECT key, {SUMS}, ARRAY[{LENGTHS}]::bigint[]
  FROM telemetry_runsum
 WHERE organization_id = %(organization)s AND grain = %(grain)s AND "of" = %(of)s
   AND at >= %(start)s AND at < %(end)s
 GROUP BY 1
"""  # noqa: S608 - names of our own columns


class Scope(NamedTuple):
    """Which runs are meant: all, or those of some keys of one kind."""

    of: SumOf = SumOf.ALL
    keys: tuple[str, ...] = ("",)


@dataclass(frozen=True, slots=True)
class Tally:
    """The runs that began in some span of time; `cost` is in US dollars by the price list."""

    runs: int = 0
    succeeded: int = 0
    failed: int = 0
    incomplete: int = 0
    llm_calls: int = 0
    tool_calls: int = 0
    errors: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: Decimal = ZERO
    unpriced: int = 0
    lengths: Sequence[int] = ()

    @property
    def over(self) -> int:
        """How many runs are over, however they ended."""
        return self.succeeded + self.failed + self.incomplete

    @property
    def success_rate(self) -> Decimal | None:
        """The share of the runs that are over that succeeded, from 0 to 1."""
        return Decimal(self.succeeded) / self.over if self.over else None

    @property
    def error_rate(self) -> Decimal | None:
        """The share of the runs that are over that failed, from 0 to 1."""
        return Decimal(self.failed) / self.over if self.over else None

    @property
    def tokens(self) -> int:
        return self.input_tokens + self.output_tokens

    def plus(self, other: "Tally") -> "Tally":
        sums: dict[str, Any] = {name: getattr(self, name) + getattr(other, name) for name in ADDED}
        pairs = zip_longest(self.lengths, other.lengths, fillvalue=0)
        return Tally(**sums, lengths=tuple(mine + theirs for mine, theirs in pairs))

    def within_ms(self, share: float) -> float | None:
        """Return the milliseconds within which this share of the runs ended."""
        return percentile(self.lengths, share)


def total(tallies: Iterable[Tally]) -> Tally:
    """Return the sum of several spans of time, or of several sources."""
    return reduce(Tally.plus, tallies, Tally())


def scope_of_agent(agent: UUID) -> Scope:
    """Return the runs of everything that reports as this agent."""
    return Scope(SumOf.SOURCE, tuple(map(str, Source.objects.ids_of(agent))))


def by_agent(start: datetime, end: datetime, grain: Grain = Grain.HOUR) -> dict[UUID, Tally]:
    """Return the sums of each agent that telemetry knows, those without any run too."""
    sums = by_key(SumOf.SOURCE, start, end, grain)
    found: dict[UUID, Tally] = {}
    for source, agent in Source.objects.exclude(agent=None).values_list("pk", "agent_id"):
        found[agent] = found.get(agent, Tally()).plus(sums.get(str(source), Tally()))
    return found


def tally(scope: Scope, start: datetime, end: datetime, grain: Grain = Grain.HOUR) -> Tally:
    """Return the sum of a span of whole minutes or hours."""
    return course(scope, start, end - start, 1, grain)[0]


def course(
    scope: Scope, start: datetime, step: timedelta, steps: int, grain: Grain = Grain.HOUR
) -> list[Tally]:
    """Return the sums of so many steps from the start on, those without any run too."""
    asked = _asked(scope.of, start, start + step * steps, grain)
    asked |= {"keys": list(scope.keys), "step": step.total_seconds()}
    found = dict(_read(IN_STEPS, asked))
    return [found.get(place, Tally()) for place in range(steps)]


def by_key(
    of: SumOf, start: datetime, end: datetime, grain: Grain = Grain.HOUR
) -> dict[str, Tally]:
    """Return the sums of a span of time by source, app or the like."""
    return dict(_read(BY_KEY, _asked(of, start, end, grain)))


def _asked(of: SumOf, start: datetime, end: datetime, grain: Grain) -> dict[str, Any]:
    return {
        "organization": current_organization_id(),
        "grain": str(grain),
        "of": str(of),
        "start": start,
        "end": end,
    }


def _read(sql: str, asked: dict[str, Any]) -> list[tuple[Any, Tally]]:
    with database.cursor() as cursor:
        cursor.execute(sql, asked)
        rows = cursor.fetchall()
    return [(place, _tally(sums, lengths)) for place, *sums, lengths in rows]


def _tally(sums: Sequence[Any], lengths: Sequence[int]) -> Tally:
    told: dict[str, Any] = {
        name: value if name == "cost" else int(value)
        for name, value in zip(ADDED, sums, strict=True)
    }
    return Tally(**told, lengths=tuple(lengths))
