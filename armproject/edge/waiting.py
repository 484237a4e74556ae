"""Requests that wait to be served together: at most so many, and of so many bytes."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Condition, Thread
from time import monotonic

import structlog

from armproject.edge.callers import Caller
from telemetry.api.together import Call

log = structlog.get_logger(__name__)

# While one of them waits for the database, the other reads what came meanwhile, if that is much
# or has waited for long: small pieces are better kept together when the first one is free again.
HANDS = 2
MUCH, LONG = 64 * 2**10, 0.05  # bytes; seconds
MOST, MOST_BYTES = 2_000, 64 * 2**20
MOST_TOGETHER, MOST_BYTES_TOGETHER = 500, 2 * 2**20
PATIENCE = 20.0  # seconds for what is under way when the process ends
# So long after their last request others still count as being here.
REMEMBERED, MOST_CALLERS = 30.0, 5_000

Serve = Callable[[Sequence[Call]], None]
Entry = tuple[Call, "asyncio.Future[None]"]


@dataclass(slots=True)
class Held:
    """How much of the room is taken, all in all or by one caller."""

    number: int = 0
    bytes: int = 0

    def leaves(self, part: int, number: int, size: int) -> bool:
        """Say whether this many requests more of so many bytes fit into one of so many parts."""
        return self.number + number <= MOST // part and self.bytes + size <= MOST_BYTES // part


class Place:
    """The room of one request; it takes more of it as its body arrives."""

    def __init__(self, waiting: "Waiting", caller: Caller, size: int) -> None:
        self._waiting, self.caller, self.size = waiting, caller, size

    def grow(self, size: int) -> bool:
        """Take room for a body of this many bytes in all; say whether there was enough."""
        more = size - self.size
        if more > 0 and not self._waiting.take(self.caller, 0, more):
            return False
        self.size = max(size, self.size)
        return True

    def leave(self) -> None:
        self._waiting.give_back(self.caller, 1, self.size)


class Waiting:
    """Takes calls from one event loop and has threads serve all that wait at once.

    Callers take turns. One may have all hands, but only half of them within half a minute after
    others who are known were here: what one sends may take long to keep.
    """

    def __init__(self, serve: Serve, loop: asyncio.AbstractEventLoop) -> None:
        self._serve = serve
        self._loop = loop
        self._lines: dict[Caller, deque[Entry]] = {}
        self._size = 0
        self._at_work: Counter[Caller] = Counter()
        self._seen: dict[Caller, float] = {}
        self._ends = False
        self._changed = Condition()
        self._all = Held()
        self._held: dict[str, Held] = {}
        self._hands = [Thread(target=self._work, name=f"hand-{n}") for n in range(HANDS)]
        for hand in self._hands:
            hand.start()

    def admit(self, caller: Caller, size: int) -> Place | None:
        """Return the place of a request that brings so many bytes at once, if there is one."""
        return Place(self, caller, size) if self.take(caller, 1, size) else None

    def take(self, caller: Caller, number: int, size: int) -> bool:
        """Take room and say so; each caller may fill a part of it, so that others find some."""
        held = [(self._held.get(name) or Held(), part) for name, part in caller.shares]
        if not all(each.leaves(part, number, size) for each, part in ((self._all, 1), *held)):
            return False
        self._change(caller, number, size)
        return True

    def give_back(self, caller: Caller, number: int, size: int) -> None:
        self._change(caller, -number, -size)
        for name, _ in caller.shares:
            if not self._held[name].number:
                del self._held[name]

    def _change(self, caller: Caller, number: int, size: int) -> None:
        for held in (
            self._all,
            *(self._held.setdefault(name, Held()) for name, _ in caller.shares),
        ):
            held.number += number
            held.bytes += size

    async def served(self, call: Call, caller: Caller) -> None:
        """Return once the call is served; whoever hung up meanwhile is served all the same."""
        future = self._loop.create_future()
        with self._changed:
            self._lines.setdefault(caller, deque()).append((call, future))
            self._size += len(call.body)
            self._note(caller)
            self._changed.notify()
        await future

    def stop(self) -> None:
        """Serve what waits, then end the threads."""
        with self._changed:
            self._ends = True
            self._changed.notify_all()
        for hand in self._hands:
            hand.join(PATIENCE)

    def _note(self, caller: Caller) -> None:
        if caller.is_known:
            if len(self._seen) >= MOST_CALLERS:
                self._seen.clear()
            self._seen[caller] = monotonic()

    def _work(self) -> None:
        while (taken := self._taken()) is not None:
            caller, entries = taken
            try:
                self._serve([call for call, _ in entries])
            except Exception:  # the views answer what is left without an answer
                log.exception("edge_failed")
            with self._changed:
                self._at_work[caller] -= 1
                self._at_work += Counter()  # without those of whom nothing is under way
            self._loop.call_soon_threadsafe(_settle, entries)

    def _taken(self) -> tuple[Caller, list[Entry]] | None:
        """Wait until there is something to do, and return it; nothing more comes after the end."""
        with self._changed:
            while (caller := self._whose_turn()) is None:
                if self._ends and not self._lines:
                    return None
                self._changed.wait(LONG if self._lines else None)
            self._at_work[caller] += 1
            return caller, self._together(caller)

    def _whose_turn(self) -> Caller | None:
        """Return for whom a hand that is free should begin now, if for anybody."""
        is_much = self._size >= MUCH or self._ends or not self._at_work
        for caller, line in self._lines.items():
            if (is_much or line[0][0].age >= LONG) and self._has_a_hand(caller):
                return caller
        return None

    def _has_a_hand(self, caller: Caller) -> bool:
        if self._at_work[caller] < HANDS // 2 or self._ends:
            return True
        recent = monotonic() - REMEMBERED
        return not any(at > recent and other != caller for other, at in self._seen.items())

    def _together(self, caller: Caller) -> list[Entry]:
        """Take all that waits of a caller, or as much of it as goes together."""
        line, entries, size = self._lines.pop(caller), list[Entry](), 0
        while line and len(entries) < MOST_TOGETHER and size < MOST_BYTES_TOGETHER:
            entries.append(line.popleft())
            size += len(entries[-1][0].body)
        if line:  # behind those of the others
            self._lines[caller] = line
            self._changed.notify()
        self._size -= size
        return entries


def _settle(entries: Sequence[Entry]) -> None:
    for _, future in entries:
        if not future.done():
            future.set_result(None)
