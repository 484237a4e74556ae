"""The two sums every dashboard reads: model by hour, and agent by local day. Never their product.

Both are made from the same pieces of one vendor's UTC day, so that they agree with each other:
each local day of the one adds up to the same local day of the other.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from costs.apportion import units
from costs.attribution import BILLED, Attribution, Bill, Figure, Line
from costs.division import Division, Place, divisions_of, place_of, place_of_bill
from costs.periods import HOUR, floor_day, floor_hour
from costs.sums import NOTHING, Sums


class HourKey(NamedTuple):
    connection: UUID | None
    hour: datetime
    model: str
    currency: str
    source: str


class AgentKey(NamedTuple):
    agent: UUID | None
    day: date
    currency: str
    source: str


@dataclass(frozen=True, slots=True)
class Rollups:
    """The sums of one vendor's day, and what divisions gave each session and observation."""

    hours: Mapping[HourKey, Sums]
    agents: Mapping[AgentKey, Sums]
    sessions: Mapping[UUID, Figure]


@dataclass(frozen=True, slots=True)
class _Piece:
    """One hour of a line, or of what a bill has left."""

    key: HourKey
    owner: UUID | None
    sums: Sums
    place: Place | None = None


def roll_up(result: Attribution, bills: Sequence[Bill], zone: ZoneInfo) -> Rollups:
    """Add up one account's day."""
    hours: dict[HourKey, Sums] = defaultdict(lambda: NOTHING)
    agents: dict[AgentKey, Sums] = defaultdict(lambda: NOTHING)
    shared: dict[Place, dict[AgentKey, Sums]] = defaultdict(lambda: defaultdict(lambda: NOTHING))
    divisions = divisions_of(result, bills)
    for piece in _pieces(result, bills):
        hours[piece.key] = hours[piece.key].plus(piece.sums)
        day = piece.key.hour.astimezone(zone).date()
        key = AgentKey(piece.owner, day, piece.key.currency, piece.key.source)
        place = piece.place
        book = shared[place] if place is not None and place in divisions else agents
        book[key] = book[key].plus(piece.sums)
    sessions: dict[UUID, Figure] = {}
    for divided, book in shared.items():
        for key, sums in book.items():
            for owner, source, part in divisions[divided].parts(sums, key.source):
                mine = key._replace(agent=owner, source=source)
                agents[mine] = agents[mine].plus(part)
        sessions.update(_sessions(divisions[divided], book))
    return Rollups(dict(hours), dict(agents), sessions)


def _sessions(division: Division, book: Mapping[AgentKey, Sums]) -> dict[UUID, Figure]:
    """Return each session's figure, in the currency that most of the money is in."""
    main = max(book, key=lambda key: (book[key].money, key.currency))
    same = [sums.money for key, sums in book.items() if key.currency == main.currency]
    return division.figures(same, main.currency, main.source)


def _pieces(result: Attribution, bills: Sequence[Bill]) -> Iterator[_Piece]:
    by_sessions = frozenset(line.names.model for line in result.sessions)
    for line in result.traffic:
        figure = result.figures[line.id]
        for hour, sums in _by_hour(line.start, _sums(line, figure), whole_day=line.is_day):
            key = (line.connection, hour, line.names.model, figure.currency, figure.source)
            yield _Piece(HourKey(*key), line.owner, sums, place_of(line, by_sessions))
    for bill in bills:
        if left := units(result.left[bill.id]):
            for hour, sums in _by_hour(bill.start, Sums(money=left), whole_day=True):
                key = (bill.connection, hour, bill.names.model, bill.currency, BILLED)
                yield _Piece(HourKey(*key), bill.owner, sums, place_of_bill(bill))


def _sums(line: Line, figure: Figure) -> Sums:
    return Sums(
        *(line.input, line.output, line.cached, line.cache_write, line.requests, line.errors),
        money=units(figure.amount),
    )


def _by_hour(start: datetime, sums: Sums, *, whole_day: bool) -> Iterator[tuple[datetime, Sums]]:
    if not whole_day:
        yield floor_hour(start), sums
        return
    for number, part in enumerate(sums.over_the_day()):
        yield floor_day(start) + number * HOUR, part
