"""The demo world: who works in it, when, and how much they use."""

import math
import time
from collections.abc import Callable, Iterator
from threading import RLock

from connectors.simulator import activity, ids
from connectors.simulator.activity import DAY, HOUR, NOTHING, WARM_UP, WEEK, Tokens
from connectors.simulator.cast import Role
from connectors.simulator.changes import Changes, Pause
from connectors.simulator.estate import (
    ANTHROPIC,
    OPENAI,
    VENDORS,
    Estate,
    anthropic_estate,
    openai_estate,
)
from connectors.simulator.workers import (
    AGENT_PREFIX,
    CASTS,
    SESSION_PREFIX,
    Origin,
    Worker,
    agent,
    code_workers,
    new_agent,
)

_MONDAY = 4 * DAY
_LATEST_EPOCH = 1_777_852_800  # 2026-05-04, a Monday
_LEAST_HISTORY = 16 * WEEK
_JITTER = WARM_UP - 20


class World:
    """One seed's world. `now` gives the time in seconds since 1970; `offset` shifts it."""

    def __init__(
        self, seed: int, agents: int | None, now: Callable[[], float] | None = None
    ) -> None:
        self.seed = seed
        self.lock = RLock()
        self.offset = 0.0
        self._now = now or time.time
        self.monday = (self.now() - _MONDAY) // WEEK * WEEK + _MONDAY
        self.epoch = min(_LATEST_EPOCH, self.monday - _LEAST_HISTORY)
        self.changes = Changes()
        self.estates: dict[str, Estate] = {
            OPENAI: openai_estate(seed, self.epoch),
            ANTHROPIC: anthropic_estate(seed, self.epoch),
        }
        self.origins = {
            name: Origin(name, seed, self.epoch, estate) for name, estate in self.estates.items()
        }
        self._born = {name: len(CASTS[name]) if agents is None else agents for name in VENDORS}
        self._added: dict[str, list[Worker]] = {name: [] for name in VENDORS}
        self._known: dict[tuple[str, int], Worker] = {}
        self._code = {name: code_workers(self.origins[name]) for name in VENDORS}

    def now(self) -> int:
        return int(self._now() + self.offset)

    # who works

    def count(self, vendor: str) -> int:
        return self._born[vendor] + len(self._added[vendor])

    def agent(self, vendor: str, index: int) -> Worker:
        born = self._born[vendor]
        if index >= born:
            return self._added[vendor][index - born]
        known = self._known.get((vendor, index))
        if known is None:
            known = agent(self.origins[vendor], index, born)
            self._known[vendor, index] = known
            self._seed_pause(known)
        return known

    def agents(self, vendor: str, *, newest_first: bool = True) -> Iterator[Worker]:
        order = range(self.count(vendor))
        for index in reversed(order) if newest_first else order:
            worker = self.agent(vendor, index)
            if worker.id not in self.changes.removed:
                yield worker

    def find_agent(self, vendor: str, agent_id: str) -> Worker | None:
        return self._find(vendor, AGENT_PREFIX[vendor], agent_id)

    def find_schedule(self, vendor: str, prefix: str, schedule_id: str) -> Worker | None:
        worker = self._find(vendor, prefix, schedule_id)
        return worker if worker is not None and worker.schedule else None

    def workers(self, vendor: str) -> Iterator[Worker]:
        """Everyone who ever used tokens, the removed included."""
        for index in range(self.count(vendor)):
            yield self.agent(vendor, index)
        yield from self._code[vendor]

    def add_agent(self, vendor: str, role: Role) -> Worker:
        worker = new_agent(self.origins[vendor], self.count(vendor), role, self.now())
        self._added[vendor].append(worker)
        self.changes.edition += 1
        return worker

    # when they work

    def session_id(self, worker: Worker, slot: int) -> str:
        return ids.mint(SESSION_PREFIX[worker.vendor], self.seed, worker.index, slot)

    def starts_at(self, worker: Worker, slot: int) -> int:
        return slot * worker.slot + (worker.index * 7919 + slot * 104_729 + self.seed) % _JITTER

    def ran(self, worker: Worker, slot: int) -> bool:
        """Whether a session was started in that slot."""
        at = self.starts_at(worker, slot)
        if at < worker.created_at or at >= (worker.active_until or math.inf):
            return False
        changes = self.changes
        if at >= changes.removed.get(worker.id, math.inf):
            return False
        lever = worker.schedule if worker.agent else worker.key
        if changes.paused(lever, at):
            return False
        return not self.run_failed(worker, slot)

    def run_failed(self, worker: Worker, slot: int) -> bool:
        """Whether a deployment could not even start its session in that slot."""
        if not worker.schedule or worker.vendor != ANTHROPIC or self._dead(worker, slot):
            return False
        rate = self.failures_at(worker, self.starts_at(worker, slot)) // 6
        return ids.roll(self.seed, worker.id, slot, "run") % 1000 < rate

    def failures_at(self, worker: Worker, at: int) -> int:
        """How many of a thousand attempts fail at that time."""
        if worker.dead_from is not None and at >= worker.dead_from:
            return 1000
        asked = self.changes.failures_at(worker.id, at)
        return worker.role.failures if asked is None else asked

    def model_at(self, worker: Worker, at: int) -> str:
        return self.changes.model_at(worker.id, at) or worker.role.model

    # how much they use

    def usage(self, worker: Worker, start: int, end: int, now: int) -> Tokens:
        """Tokens used from start until end, or until now if that is earlier."""
        end = min(end, now)
        total = NOTHING
        at = start
        while at < end:
            if at % DAY == 0 and at + DAY <= end and self._undisturbed(worker, at):
                days = (self.seed, worker.id, worker.role.profile, at // DAY)
                total = total.plus(activity.day_total(*days))
                at += DAY
                continue
            hour = at // HOUR
            next_at = min((hour + 1) * HOUR, end)
            before = self._until(worker, hour, at) if at % HOUR else NOTHING
            total = total.plus(self._until(worker, hour, next_at)).minus(before)
            at = next_at
        return total

    def _until(self, worker: Worker, hour: int, at: int) -> Tokens:
        slot = hour * HOUR // worker.slot
        if not self.ran(worker, slot) or self._dead(worker, slot):
            return NOTHING
        stopped = self.changes.interrupts.get(self.session_id(worker, slot))
        at = at if stopped is None else min(at, stopped)
        day, of_day = divmod(hour, 24)
        hours = activity.day_of_hours(self.seed, worker.id, worker.role.profile, day)
        full = hours[of_day]
        correction = self.changes.corrections.get((worker.id, day))
        if correction is not None:
            full = full.share(correction, 1000)
        return activity.until(full, at - hour * HOUR)

    def _undisturbed(self, worker: Worker, day_start: int) -> bool:
        changes = self.changes
        lever = worker.schedule if worker.agent else worker.key
        return (
            worker.plain
            and day_start >= worker.created_at
            and not (worker.schedule and worker.vendor == ANTHROPIC)
            and lever not in changes.pauses
            and worker.id not in changes.removed
            and (worker.id, day_start // DAY) not in changes.corrections
            and worker.id not in changes.disturbed
        )

    def _dead(self, worker: Worker, slot: int) -> bool:
        return worker.dead_from is not None and slot * worker.slot >= worker.dead_from

    def _find(self, vendor: str, prefix: str, text: str) -> Worker | None:
        numbers = ids.read(prefix, self.seed, text)
        if numbers is None or len(numbers) != 1 or numbers[0] >= self.count(vendor):
            return None
        worker = self.agent(vendor, numbers[0])
        return None if worker.id in self.changes.removed else worker

    def _seed_pause(self, worker: Worker) -> None:
        if worker.paused_from is not None and worker.schedule:
            self.changes.pauses[worker.schedule] = [Pause(worker.paused_from)]
            self.changes.updated_at[worker.schedule] = worker.paused_from
