"""Sessions of agents: which exist, what happened in their turns, and what they used."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from connectors.simulator import ids
from connectors.simulator.activity import DAY, NOTHING, Tokens
from connectors.simulator.changes import Begun
from connectors.simulator.topics import Exchange
from connectors.simulator.workers import SESSION_PREFIX, Worker
from connectors.simulator.world import World

KEPT = 14 * DAY
_TAIL = 600
_MILLE = 1000
_REPLY_SECONDS = 4
_ANSWERED = Tokens(requests=1, uncached=380, output=45)


class Outcome(StrEnum):
    """How a turn stands."""

    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a session. `tokens` is None for a turn that somebody injected."""

    number: int
    start: int
    end: int
    outcome: Outcome
    exchange: Exchange
    tokens: Tokens | None
    fault: int


@dataclass(frozen=True, slots=True)
class Session:
    """One session of an agent, which covers one slot of its time."""

    id: str
    worker: Worker
    slot: int
    created_at: int
    ends_at: int
    model: str
    begun: Begun | None = None  # where a caller began it; all others come from the world's seed


class Sessions:
    """Every session of a world, computed when it is asked for."""

    def __init__(self, world: World) -> None:
        self.world = world

    def find(self, vendor: str, session_id: str, now: int) -> Session | None:
        numbers = ids.read(SESSION_PREFIX[vendor], self.world.seed, session_id)
        if numbers is None or numbers[0] >= self.world.count(vendor):
            return None
        worker = self.world.agent(vendor, numbers[0])
        if len(numbers) > len(("worker", "slot")):
            return self._begun(worker, numbers[-1])
        slot = numbers[-1]
        exists = oldest(now) <= self.world.starts_at(worker, slot) <= now
        return self.of(worker, slot) if exists and self.world.ran(worker, slot) else None

    def begin(self, worker: Worker, question: str, metadata: dict[str, str], now: int) -> Session:
        """Begin a session that answers one question."""
        known = self.world.changes.begun.setdefault(worker.id, [])
        known.append(Begun(now, question, metadata))
        return self._of_begun(worker, len(known) - 1)

    def of(self, worker: Worker, slot: int) -> Session:
        world = self.world
        created_at = world.starts_at(worker, slot)
        return Session(
            id=world.session_id(worker, slot),
            worker=worker,
            slot=slot,
            created_at=created_at,
            ends_at=(slot + 1) * worker.slot,
            model=world.model_at(worker, slot * worker.slot),
        )

    def listed(
        self, workers: Iterator[Worker], now: int, *, newest_first: bool, beyond: int | None = None
    ) -> Iterator[Session]:
        """Sessions of the workers in order of time, from the time `beyond` on."""
        streams: list[Iterator[Session]] = []
        for worker in workers:
            streams.append(self._of_worker(worker, now, newest_first=newest_first, beyond=beyond))
            streams.append(self._all_begun(worker, newest_first=newest_first))
        return heapq.merge(*streams, key=place, reverse=newest_first)

    def used(self, session: Session, now: int) -> Tokens:
        if session.begun is not None:
            return _ANSWERED if now >= session.begun.at + _REPLY_SECONDS else NOTHING
        return self.world.usage(
            session.worker, session.slot * session.worker.slot, session.ends_at, now
        )

    def turns(self, session: Session, now: int) -> list[Turn]:
        """List the turns begun so far. Their tokens add up to the session's."""
        if session.begun is not None:
            return [_only_turn(session.begun, now), *self._said(session, 1, now)]
        count = 1 + self._roll(session, "turns") % 4
        stopped = self.world.changes.interrupts.get(session.id)
        step = (session.ends_at - session.created_at - _TAIL) // count
        starts = [session.created_at + number * step for number in range(count)]
        latest = now if stopped is None else min(now, stopped)
        turns = [
            self._turn(session, number, starts, now, stopped)
            for number, start in enumerate(starts)
            if start <= latest
        ]
        return turns + self._said(session, len(turns), now)

    def last_event_at(self, session: Session, now: int) -> int:
        turns = self.turns(session, now)
        return max((min(turn.end, now) for turn in turns), default=session.created_at)

    def _turn(
        self, session: Session, number: int, starts: list[int], now: int, stopped: int | None
    ) -> Turn:
        start = starts[number]
        luck = self._roll(session, number)
        end = start + session.worker.role.seconds * (500 + luck % _MILLE) // _MILLE + 1
        cut = stopped is not None and start <= stopped < end
        end = stopped if cut and stopped is not None else end
        world, worker = self.world, session.worker
        first = session.slot * worker.slot if number == 0 else start
        later = starts[number + 1] if number + 1 < len(starts) else session.ends_at
        exchanges = worker.role.topic.exchanges
        failing = luck // _MILLE % _MILLE < world.failures_at(worker, start)
        return Turn(
            number=number,
            start=start,
            end=end,
            outcome=_outcome(running=end > now, cut=cut, failing=failing),
            exchange=exchanges[luck % len(exchanges)],
            tokens=world.usage(worker, first, later, now),
            fault=luck // _MILLE**2,
        )

    def _said(self, session: Session, first: int, now: int) -> list[Turn]:
        return [
            Turn(
                number=first + number,
                start=at,
                end=at + _REPLY_SECONDS,
                outcome=_outcome(running=at + _REPLY_SECONDS > now),
                exchange=Exchange(text, {}, "", "Understood. I will take that into account."),
                tokens=None,
                fault=0,
            )
            for number, (at, kind, text) in enumerate(self.world.changes.said.get(session.id, ()))
            if kind == "message"
        ]

    def _of_worker(
        self, worker: Worker, now: int, *, newest_first: bool, beyond: int | None
    ) -> Iterator[Session]:
        first, last = oldest(now) // worker.slot, now // worker.slot
        if beyond is not None:
            edge = beyond // worker.slot
            first, last = (first, min(last, edge)) if newest_first else (max(first, edge), last)
        slots = range(first, last + 1)
        for slot in reversed(slots) if newest_first else slots:
            begun = oldest(now) <= self.world.starts_at(worker, slot) <= now
            if begun and self.world.ran(worker, slot):
                yield self.of(worker, slot)

    def _begun(self, worker: Worker, number: int) -> Session | None:
        known = self.world.changes.begun.get(worker.id, ())
        return self._of_begun(worker, number) if number < len(known) else None

    def _all_begun(self, worker: Worker, *, newest_first: bool) -> Iterator[Session]:
        numbers = range(len(self.world.changes.begun.get(worker.id, ())))
        for number in reversed(numbers) if newest_first else numbers:
            yield self._of_begun(worker, number)

    def _of_begun(self, worker: Worker, number: int) -> Session:
        begun = self.world.changes.begun[worker.id][number]
        slot = begun.at // worker.slot
        prefix = SESSION_PREFIX[worker.vendor]
        return Session(
            id=ids.mint(prefix, self.world.seed, worker.index, slot, number),
            worker=worker,
            slot=slot,
            created_at=begun.at,
            ends_at=begun.at + _TAIL,
            model=self.world.model_at(worker, begun.at),
            begun=begun,
        )

    def _roll(self, session: Session, what: object) -> int:
        return ids.roll(self.world.seed, session.worker.id, session.slot, what)


def oldest(now: int) -> int:
    """Sessions older than this are gone: the vendor keeps them for whole days."""
    return (now - KEPT) // DAY * DAY


def place(session: Session) -> tuple[int, str]:
    """Where a session stands in a list."""
    return session.created_at, session.id


def _only_turn(begun: Begun, now: int) -> Turn:
    over = now >= begun.at + _REPLY_SECONDS
    return Turn(
        number=0,
        start=begun.at,
        end=begun.at + _REPLY_SECONDS,
        outcome=_outcome(running=not over),
        exchange=Exchange(begun.question, {}, "", "I have looked into it: all is in order."),
        tokens=_ANSWERED if over else NOTHING,
        fault=0,
    )


def _outcome(*, running: bool, cut: bool = False, failing: bool = False) -> Outcome:
    if cut:
        return Outcome.CANCELLED
    if running:
        return Outcome.RUNNING
    return Outcome.FAILED if failing else Outcome.COMPLETED
