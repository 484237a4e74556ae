"""Lets calls through while their buckets have room, also when the store is away."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock

import structlog

from armproject.lib.errors import Unavailable
from armproject.lib.limits.bucket import Bucket, Held, Store, Verdict
from armproject.lib.limits.in_process import ProcessStore

log = structlog.get_logger(__name__)

FAILURES, WITHIN, PAUSE = 2, 1.0, 5.0  # this many failures in a second end the asking for a while
MOST_AHEAD, AHEAD_FOR, ROOM = 64, 1.0, 10
MOST_CALLERS = 5_000


@dataclass(slots=True)
class Ahead:
    """Calls of one caller that were taken from the store together, and are made within a second."""

    size: int
    left: int
    until: float
    held: Held


class Gate:
    """Asks the shared store; `spare` stands in for it where calls must be counted by all.

    With `ahead` a busy caller's calls are taken from the store several at a time, in twice as
    many while all of them are used. None is let through that the store has not counted. Near a
    limit, where a tenth of it is left, each call is taken alone: the last one is exact.
    """

    def __init__(
        self,
        store: Store,
        *,
        spare: Store | None = None,
        processes: int = 1,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._spare = spare
        self._own = ProcessStore(processes)
        self._clock = clock
        self._failures: list[float] = []
        self._closed_until = 0.0
        self._ahead: dict[tuple[Bucket, ...], Ahead] = {}
        self._lock = Lock()

    def take(self, *buckets: Bucket, ahead: bool = False, strict: bool = False) -> Verdict:
        """Count a call towards all the buckets, or towards none if one of them is full.

        A `strict` call is refused (Unavailable) where nobody can count it for all processes.
        """
        if not ahead:
            return Verdict.of(buckets, self._counted(buckets, 1, strict=strict))
        with self._lock:
            known = self._ahead.get(buckets)
            if known is not None and known.left > 0 and known.until > self._clock():
                known.left -= 1
                return Verdict.of(buckets, known.held, spare=known.left)
            size = self._next_size(buckets, known)
        held = self._counted(buckets, size, strict=strict)
        if not held[0] and size > 1:
            size, held = 1, self._counted(buckets, 1, strict=strict)
        if held[0]:
            self._keep(buckets, Ahead(size, size - 1, self._clock() + AHEAD_FOR, held))
        return Verdict.of(buckets, held, spare=size - 1 if held[0] else 0)

    def take_amount(self, bucket: Bucket, amount: int) -> Verdict:
        """Count so much towards the bucket at once, or nothing if it has no room for all of it."""
        buckets = (bucket,)
        return Verdict.of(buckets, self._counted(buckets, amount, strict=False))

    def _next_size(self, buckets: Sequence[Bucket], known: Ahead | None) -> int:
        """Return how many calls to take: twice as many as were used up, or as many as were used."""
        if known is None:
            return 1
        is_busy = known.left == 0 and known.until > self._clock()
        size = min(MOST_AHEAD, 2 * known.size) if is_busy else max(1, known.size - known.left)
        levels = zip(buckets, known.held[1], strict=True)
        has_room = all(
            b.tolerance - level > max(size * b.interval, b.tolerance // ROOM) for b, level in levels
        )
        return size if has_room else 1

    def _keep(self, buckets: tuple[Bucket, ...], ahead: Ahead) -> None:
        with self._lock:
            if len(self._ahead) >= MOST_CALLERS:
                self._ahead = {}
            self._ahead[buckets] = ahead

    def _counted(self, buckets: Sequence[Bucket], cost: int, *, strict: bool) -> Held:
        """Ask the store, or who stands in for it."""
        began = self._clock()
        if began >= self._closed_until:
            try:
                held = self._store.take(buckets, cost)
            except Exception as error:  # noqa: BLE001 - whatever ails the store, calls are counted
                self._note_failure(error, began)
            else:
                self._own.remember(buckets, held)
                return held
        return self._counted_for_all(buckets, cost) if strict else self._own.take(buckets, cost)

    def _counted_for_all(self, buckets: Sequence[Bucket], cost: int) -> Held:
        try:
            if self._spare is not None:
                return self._spare.take(buckets, cost)
        except Exception as error:  # noqa: BLE001 - the same
            log.warning("call_store_failed", error=type(error).__name__, store="spare")
        raise Unavailable("Calls cannot be counted at the moment; try again in a few seconds.")

    def _note_failure(self, error: Exception, began: float) -> None:
        """Stop asking for a while after two failures in a second, or one that took that long."""
        now = self._clock()
        self._failures = [at for at in (*self._failures, began) if now - at < WITHIN]
        if len(self._failures) >= FAILURES or now - began >= WITHIN:
            self._closed_until, self._failures = now + PAUSE, []
        log.warning("call_store_failed", error=type(error).__name__, store="shared")
