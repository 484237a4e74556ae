"""Requests that wait to be served together: at most so many, and of so many bytes."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread

import structlog

from telemetry.api.together import Call

log = structlog.get_logger(__name__)

# While one of them waits for the database, the other reads what came meanwhile.
HANDS = 2
MOST, MOST_BYTES = 2_000, 64 * 2**20
MOST_TOGETHER, MOST_BYTES_TOGETHER = 500, 2 * 2**20
PATIENCE = 20.0  # seconds for what is under way when the process ends

Serve = Callable[[Sequence[Call]], None]
Entry = tuple[Call, "asyncio.Future[None]"]


@dataclass(slots=True)
class Held:
    """How much of the room one caller holds."""

    number: int = 0
    bytes: int = 0


class Waiting:
    """Takes calls from one event loop and has threads serve all that wait at once."""

    def __init__(self, serve: Serve, loop: asyncio.AbstractEventLoop) -> None:
        self._serve = serve
        self._loop = loop
        self._entries: SimpleQueue[Entry | None] = SimpleQueue()
        self._number = self._bytes = 0
        self._held: dict[str, Held] = defaultdict(Held)
        self._hands = [Thread(target=self._work, name=f"hand-{n}") for n in range(HANDS)]
        for hand in self._hands:
            hand.start()

    def admit(self, caller: str, size: int) -> bool:
        """Say whether a request of this size finds room; one that did gives it back by `leave`.

        One caller may take half of the room, so that others find some, too.
        """
        held = self._held[caller]
        if self._number >= MOST or self._bytes + size > MOST_BYTES:
            return False
        if held.number >= MOST // 2 or held.bytes + size > MOST_BYTES // 2:
            return False
        self._change(caller, 1, size)
        return True

    def leave(self, caller: str, size: int) -> None:
        self._change(caller, -1, -size)
        if not self._held[caller].number:
            del self._held[caller]

    def _change(self, caller: str, number: int, size: int) -> None:
        self._number += number
        self._bytes += size
        self._held[caller].number += number
        self._held[caller].bytes += size

    async def served(self, call: Call) -> None:
        """Return once the call is served; whoever hung up meanwhile is served all the same."""
        future = self._loop.create_future()
        self._entries.put((call, future))
        await future

    def stop(self) -> None:
        """Serve what waits, then end the threads."""
        for _ in self._hands:
            self._entries.put(None)
        for hand in self._hands:
            hand.join(PATIENCE)

    def _work(self) -> None:
        while (first := self._entries.get()) is not None:
            entries = self._taken(first)
            try:
                self._serve([call for call, _ in entries])
            except Exception:  # the views answer what is left without an answer
                log.exception("edge_failed")
            self._loop.call_soon_threadsafe(_settle, entries)

    def _taken(self, first: Entry) -> list[Entry]:
        """Return all that waits, or as much of it as goes together."""
        entries, size = [first], len(first[0].body)
        while len(entries) < MOST_TOGETHER and size < MOST_BYTES_TOGETHER:
            try:
                entry = self._entries.get_nowait()
            except Empty:
                break
            if entry is None:
                self._entries.put(None)
                break
            entries.append(entry)
            size += len(entry[0].body)
        return entries


def _settle(entries: Sequence[Entry]) -> None:
    for _, future in entries:
        if not future.done():
            future.set_result(None)
