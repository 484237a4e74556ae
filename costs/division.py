"""Dividing what a vendor tells without naming agents by what each agent is known to have used.

The agents' part of a report is divided by their sessions, all else that has no owner by what agents
were observed to use. Neither claims more than there is: where they used less than the vendor tells,
the rest stays with no agent; where they used more, because a session is booked whole when it
begins, they are cut.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from costs.apportion import apportion, of_units, units
from costs.attribution import (
    AGENTS_SURFACE,
    ALLOCATED,
    BILLED,
    SESSIONS,
    TELEMETRY,
    Attribution,
    Bill,
    Figure,
    Line,
    weights,
)
from costs.sums import Sums

COLUMNS = ("input", "output", "cached", "cache_write")


class Place(NamedTuple):
    """One model's part that is divided, and whether by sessions or by observations."""

    by: str
    model: str


def place_of(line: Line, by_sessions: frozenset[str]) -> Place | None:
    """Return the part a line belongs to, if it holds several agents' traffic without naming them.

    `by_sessions` are the models that sessions tell of.
    """
    model = line.names.model
    is_agents = line.names.surface == AGENTS_SURFACE and not line.names.agent
    if is_agents and model in by_sessions:
        return Place(SESSIONS, model)
    return Place(TELEMETRY, model) if line.owner is None else None


def place_of_bill(bill: Bill) -> Place | None:
    """Return the part that a charge without usage belongs to, if it names a model and no owner."""
    return Place(TELEMETRY, bill.names.model) if bill.names.model and not bill.owner else None


@dataclass(frozen=True, slots=True)
class Division:
    """How one model's shared traffic divides among agents; the last weight is nobody's."""

    agents: Sequence[Sequence[Line]]
    money: Sequence[int]
    volume: Sequence[int]
    columns: Sequence[Sequence[int]]

    def parts(self, sums: Sums, source: str) -> Iterator[tuple[UUID | None, str, Sums]]:
        """Yield each agent's part, and last what stays with no agent."""
        told = allocated(source)
        *mine, rest = self._divide(sums)
        for lines, part in zip(self.agents, mine, strict=True):
            yield lines[0].owner, told, part
        yield None, source, rest

    def figures(self, whole: Sequence[int], currency: str, source: str) -> dict[UUID, Figure]:
        """Return what each session costs: its agent's part, divided among the agent's sessions."""
        figures: dict[UUID, Figure] = {}
        divided = [apportion(money, self.money) for money in whole]
        for number, lines in enumerate(self.agents):
            part = sum(parts[number] for parts in divided)
            for line, money in zip(lines, apportion(part, weights(lines)), strict=True):
                figures[line.id] = Figure(of_units(money), currency, allocated(source))
        return figures

    def _divide(self, sums: Sums) -> list[Sums]:
        tokens = [
            apportion(whole, column)
            for whole, column in zip(sums[: len(COLUMNS)], self.columns, strict=True)
        ]
        volumes = [apportion(whole, self.volume) for whole in (sums.requests, sums.errors)]
        money = apportion(sums.money, self.money)
        return [Sums(*row) for row in zip(*tokens, *volumes, money, strict=True)]


def divisions_of(result: Attribution, bills: Sequence[Bill]) -> dict[Place, Division]:
    """Return how what no agent is named for divides, for each model that some are known to use."""
    by_sessions = frozenset(line.names.model for line in result.sessions)
    shared: dict[Place, list[Line]] = defaultdict(list)
    charged: dict[Place, int] = defaultdict(int)
    for line in result.traffic:
        if place := place_of(line, by_sessions):
            shared[place].append(line)
    for bill in bills:
        if (place := place_of_bill(bill)) and (left := units(result.left[bill.id])):
            charged[place] += left
    return {
        place: _division(shared[place], list(agents.values()), charged[place])
        for place, agents in _used(result).items()
        if place in shared or place in charged
    }


def _used(result: Attribution) -> dict[Place, dict[str, list[Line]]]:
    """Return by part what each agent used of it."""
    used: dict[Place, dict[str, list[Line]]] = defaultdict(lambda: defaultdict(list))
    for line in result.sessions:
        used[Place(SESSIONS, line.names.model)][line.names.agent].append(line)
    for line in result.observed:
        if line.owner is not None:
            used[Place(TELEMETRY, line.names.model)][str(line.owner)].append(line)
    return used


def allocated(source: str) -> str:
    return ALLOCATED if source == BILLED else source


def _division(shared: Sequence[Line], agents: Sequence[Sequence[Line]], charged: int) -> Division:
    """Return how lines, and money charged without any, divide among agents."""
    sessions = [line for lines in agents for line in lines]
    weighed = dict(zip((line.id for line in sessions), weights([*sessions, *shared]), strict=False))
    whole = sum(weights([*sessions, *shared])[len(sessions) :]) + charged
    money = [sum(weighed[line.id] for line in lines) for lines in agents]
    return Division(
        agents,
        _with_rest(money, whole),
        _with_rest([_sum(lines, "tokens") for lines in agents], _sum(shared, "tokens")),
        [
            _with_rest([_sum(lines, name) for lines in agents], _sum(shared, name))
            for name in COLUMNS
        ],
    )


def _with_rest(parts: Sequence[int], whole: int) -> list[int]:
    """Add the weight of what the parts do not explain; nothing at all is nobody's."""
    rest = max(whole - sum(parts), 0)
    return [*parts, rest if rest or any(parts) else 1]


def _sum(lines: Sequence[Line], column: str) -> int:
    return sum(getattr(line, column) for line in lines)
