"""Requests that wait to be served together: at most so many, and of so many bytes."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Condition, Thread

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
        self._waiting, self._caller, self.size = waiting, caller, size

    def grow(self, size: int) -> bool:
        """Take room for a body of this many bytes in all; say whether there was enough."""
        more = size - self.size
        if more > 0 and not self._waiting.take(self._caller, 0, more):
            return False
        self.size = max(size, self.size)
        return True

    def leave(self) -> None:
        self._waiting.give_back(self._caller, 1, self.size)


class Waiting:
    """Takes calls from one event loop and has threads serve all that wait at once."""

    def __init__(self, serve: Serve, loop: asyncio.AbstractEventLoop) -> None:
        self._serve = serve
        self._loop = loop
        self._entries: deque[Entry] = deque()
        self._size = 0
        self._at_work = 0
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

    async def served(self, call: Call) -> None:
        """Return once the call is served; whoever hung up meanwhile is served all the same."""
        future = self._loop.create_future()
        with self._changed:
            self._entries.append((call, future))
            self._size += len(call.body)
            self._changed.notify()
        await future

    def stop(self) -> None:
        """Serve what waits, then end the threads."""
        with self._changed:
            self._ends = True
            self._changed.notify_all()
        for hand in self._hands:
            hand.join(PATIENCE)

    def _work(self) -> None:
        while entries := self._taken():
            try:
                self._serve([call for call, _ in entries])
            except Exception:  # the views answer what is left without an answer
                log.exception("edge_failed")
            with self._changed:
                self._at_work -= 1
            self._loop.call_soon_threadsafe(_settle, entries)

    def _taken(self) -> list[Entry]:
        """Wait until there is something to do, and return it; nothing more comes after the end."""
        with self._changed:
            while not self._is_worth_it():
                if self._ends and not self._entries:
                    return []
                self._changed.wait(LONG if self._entries else None)
            self._at_work += 1
            return self._together()

    def _is_worth_it(self) -> bool:
        """Say whether a hand that is free should begin now."""
        if not self._entries:
            return False
        has_to = self._size >= MUCH or self._ends or self._entries[0][0].age >= LONG
        return has_to or not self._at_work

    def _together(self) -> list[Entry]:
        """Take all that waits, or as much of it as goes together."""
        entries, size = list[Entry](), 0
        while self._entries and len(entries) < MOST_TOGETHER and size < MOST_BYTES_TOGETHER:
            entries.append(self._entries.popleft())
            size += len(entries[-1][0].body)
        self._size -= size
        return entries


def _settle(entries: Sequence[Entry]) -> None:
    for _, future in entries:
        if not future.done():
            future.set_result(None)
