"""Dividing the agents' part of a report, which names no agents, by what their sessions used.

Sessions never claim more than there is: where they used less than the report tells, the rest stays
with no agent; where they used more, because one is booked whole when it begins, they are cut.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from costs.apportion import apportion, of_units
from costs.attribution import AGENTS_SURFACE, ALLOCATED, BILLED, Attribution, Figure, Line, weights
from costs.sums import Sums

COLUMNS = ("input", "output", "cached", "cache_write")


def is_shared(line: Line) -> bool:
    """Tell whether a line holds several agents' traffic without naming them."""
    return line.names.surface == AGENTS_SURFACE and not line.names.agent


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


def divisions_of(result: Attribution) -> dict[str, Division]:
    """Return, for each model that sessions used, how its shared traffic divides."""
    shared: dict[str, list[Line]] = defaultdict(list)
    for line in filter(is_shared, result.traffic):
        shared[line.names.model].append(line)
    used: dict[str, dict[str, list[Line]]] = defaultdict(lambda: defaultdict(list))
    for line in result.sessions:
        used[line.names.model][line.names.agent].append(line)
    return {
        model: _division(shared[model], list(agents.values()))
        for model, agents in used.items()
        if model in shared
    }


def allocated(source: str) -> str:
    return ALLOCATED if source == BILLED else source


def _division(shared: Sequence[Line], agents: Sequence[Sequence[Line]]) -> Division:
    sessions = [line for lines in agents for line in lines]
    weighed = dict(zip((line.id for line in sessions), weights([*sessions, *shared]), strict=False))
    whole = sum(weights([*sessions, *shared])[len(sessions) :])
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
