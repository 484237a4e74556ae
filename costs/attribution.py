"""How usage and bills make the figures, so that the same traffic never counts twice.

The unit is one vendor account and one UTC day, because that is how vendors bill. Four kinds of
rows meet there:

- *lines* of a usage report: tokens by hour, model and whatever else the vendor splits by;
- *sessions*: what single agents used, where a vendor's report does not name agents;
- *observations*: what agents told ARM of their calls, each with its own price;
- *bills*: what the vendor charged for the day, by item, model, agent, key or project.

1. Traffic is told once. Where the account has a report for the day, its lines are the traffic and
   sessions only say how the part of it that is agents' work divides among them. Without a report
   the sessions are the traffic. Observations are the traffic only where the vendor told nothing at
   all of the day, neither use nor charges; as soon as it does, its figures stand instead.
2. A bill and a line belong together when they agree in every dimension that both are split by.
   What is billed for a group stands, whatever an estimate says; it is divided among the group's
   lines by their estimated costs, or by their tokens where no price is known. The source is
   `billed` where the group differs by nothing but the hour, else `allocated`.
3. A bill without usage keeps its own amount (`billed`), under the model, agent, key or project it
   names, spread evenly over the hours of the day.
4. Traffic without a bill costs its estimate (`estimated`, or `observed` where agents told of it);
   without a price it is `unpriced`.
5. The figures therefore add up to the bills plus the estimates of what was not billed. A credit is
   kept beside its bill and never deducted.
6. By agent, a line counts for the agent it names. The agents' part of a report that names none is
   divided by their sessions' estimates; what sessions do not explain stays with no agent.
   What else no agent is known for is divided in the same way by what agents were observed to use.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from armproject.lib.money import ZERO
from costs.apportion import apportion_money, units

BILLED, ALLOCATED, ESTIMATED, UNPRICED = "billed", "allocated", "estimated", "unpriced"
OBSERVED = "observed"
SESSIONS, TELEMETRY = "sessions", "telemetry"
AGENTS_SURFACE = "agents_api"
DIMENSIONS = ("model", "agent", "api_key", "project", "surface")


class Names(NamedTuple):
    """The vendor's names for what traffic belongs to; empty where it is not split by them."""

    model: str = ""
    agent: str = ""
    api_key: str = ""
    project: str = ""
    surface: str = ""

    def by(self, dimensions: Iterable[str]) -> Hashable:
        return tuple(getattr(self, name) for name in dimensions)

    def told(self) -> "Names":
        """Return the names with sessions under the surface whose traffic they are."""
        return self._replace(surface=AGENTS_SURFACE) if self.surface == SESSIONS else self


@dataclass(frozen=True, slots=True)
class Line:
    """Usage of one hour or day. `owner` is our agent, `estimate` its price if one is known."""

    id: UUID
    connection: UUID | None
    start: datetime
    is_day: bool
    names: Names
    input: int
    output: int
    cached: int
    cache_write: int
    requests: int
    errors: int
    estimate: Decimal | None
    owner: UUID | None = None

    @property
    def tokens(self) -> int:
        return self.input + self.output

    @property
    def is_session(self) -> bool:
        return self.names.surface == SESSIONS

    @property
    def is_observed(self) -> bool:
        return self.names.surface == TELEMETRY


@dataclass(frozen=True, slots=True)
class Bill:
    """Money the vendor charged for the day."""

    id: UUID
    connection: UUID
    start: datetime
    names: Names
    amount: Decimal
    currency: str
    owner: UUID | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """What one line costs, and how we know."""

    amount: Decimal
    currency: str
    source: str


@dataclass(frozen=True, slots=True)
class Attribution:
    """One account's day: a figure for each line that is traffic, and what each bill has left.

    `sessions` and `observed` are lines whose traffic others tell.
    """

    traffic: list[Line]
    sessions: list[Line]
    observed: list[Line]
    figures: dict[UUID, Figure]
    left: dict[UUID, Decimal]


def attribute(
    lines: Sequence[Line], bills: Sequence[Bill], *, is_told: bool = False
) -> Attribution:
    """Give every line of traffic its figure by the rules above.

    `is_told` says that the vendor tells of the day elsewhere, so that observations are no traffic.
    """
    traffic, sessions, observed = _told_once(lines, is_told=is_told or bool(bills))
    figures = {line.id: _by_price(line) for line in traffic}
    left = {bill.id: bill.amount for bill in bills}
    shared = _shared_dimensions(traffic, bills)
    groups = _grouped(traffic, shared)
    for key, billed in _grouped(bills, shared).items():
        members = groups.get(key)
        if members:
            currency = billed[0].currency
            same = [bill for bill in billed if bill.currency == currency]
            amount = sum((bill.amount for bill in same), ZERO)
            figures.update(_divided(members, amount, currency))
            left.update({bill.id: ZERO for bill in same})
    return Attribution(traffic, sessions, observed, figures, left)


def weights(lines: Sequence[Line]) -> list[int]:
    """Return what lines weigh in a division of money.

    That is their estimate. One without a price weighs as much for a token as the others do; where
    nothing has a price, tokens decide, and without tokens requests.
    """
    priced = [line for line in lines if line.estimate]
    if priced:
        money = sum(units(line.estimate or ZERO) for line in priced)
        tokens = max(sum(line.tokens for line in priced), 1)
        return [
            line.tokens * money // tokens if line.estimate is None else units(line.estimate)
            for line in lines
        ]
    if any(line.tokens for line in lines):
        return [line.tokens for line in lines]
    return [line.requests for line in lines]


def _told_once(
    lines: Sequence[Line], *, is_told: bool
) -> tuple[list[Line], list[Line], list[Line]]:
    """Return the lines that are traffic, and the sessions and observations that are not."""
    observed = [line for line in lines if line.is_observed]
    sessions = [line for line in lines if line.is_session]
    reported = [line for line in lines if not (line.is_session or line.is_observed)]
    if reported:
        return reported, sessions, observed
    if sessions or is_told:
        return sessions, [], observed
    return observed, [], []


def _by_price(line: Line) -> Figure:
    if line.estimate is None:
        return Figure(ZERO, "USD", UNPRICED)
    return Figure(line.estimate, "USD", OBSERVED if line.is_observed else ESTIMATED)


def _shared_dimensions(lines: Iterable[Line], bills: Iterable[Bill]) -> list[str]:
    """Return the dimensions by which both the usage and the bill are split."""
    used = [line.names.told() for line in lines]
    charged = [bill.names for bill in bills]
    return [
        name
        for name in DIMENSIONS
        if any(getattr(names, name) for names in used)
        and any(getattr(names, name) for names in charged)
    ]


def _grouped(rows: Iterable[Line] | Iterable[Bill], by: Sequence[str]) -> dict[Hashable, list]:  # type: ignore[type-arg]
    groups: dict[Hashable, list[Line | Bill]] = defaultdict(list)
    for row in rows:
        groups[row.names.told().by(by)].append(row)
    return groups


def _divided(lines: Sequence[Line], amount: Decimal, currency: str) -> dict[UUID, Figure]:
    source = BILLED if len({line.names for line in lines}) == 1 else ALLOCATED
    parts = apportion_money(amount, weights(lines))
    return {
        line.id: Figure(part, currency, source) for line, part in zip(lines, parts, strict=True)
    }
