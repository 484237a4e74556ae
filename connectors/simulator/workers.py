"""Workers: whoever uses tokens, an agent of the vendor's or a program of the customer's own."""

from dataclasses import dataclass, replace

from connectors.simulator import ids
from connectors.simulator.activity import HOUR, WEEK
from connectors.simulator.cast import (
    ANTHROPIC_CAST,
    ANTHROPIC_CODE,
    OPENAI_CAST,
    OPENAI_CODE,
    Condition,
    Role,
    role_number,
)
from connectors.simulator.estate import ANTHROPIC, OPENAI, Estate

CASTS = {OPENAI: OPENAI_CAST, ANTHROPIC: ANTHROPIC_CAST}
CODE = {OPENAI: OPENAI_CODE, ANTHROPIC: ANTHROPIC_CODE}
AGENT_PREFIX = {OPENAI: "agent_", ANTHROPIC: "agent_01"}
SESSION_PREFIX = {OPENAI: "asess_", ANTHROPIC: "sesn_01"}
SCHEDULE_PREFIX = {OPENAI: "auto_", ANTHROPIC: "depl_01"}

_FIRST_CODE = 0xF00000
# Agents are made during the first weeks; what stops, stops well before anyone's last fortnight.
_MADE_WITHIN = 6 * WEEK
_IDLE_AFTER = 9 * WEEK
STOPPED_AFTER = 12 * WEEK


@dataclass(frozen=True, slots=True)
class Worker:
    """One user of tokens. `slot` is how long one of its sessions covers, in seconds.

    `active_until` ends all its work. From `dead_from` on it tries and only fails.
    """

    vendor: str
    index: int
    id: str
    role: Role
    place: str
    key: str
    created_at: int
    agent: bool = True
    schedule: str = ""
    paused_from: int | None = None
    active_until: int | None = None
    dead_from: int | None = None

    @property
    def slot(self) -> int:
        return self.role.slot_hours * HOUR

    @property
    def plain(self) -> bool:
        """Whether nothing in its own story ever stops it."""
        return self.paused_from is None and self.active_until is None and self.dead_from is None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where workers come from: a vendor, and this world's seed, beginning and estate there."""

    vendor: str
    seed: int
    epoch: int
    estate: Estate


def agent(origin: Origin, index: int, of: int) -> Worker:
    """Make the index-th of the agents that were there from the beginning."""
    role = role_number(CASTS[origin.vendor], index)
    return new_agent(origin, index, role, origin.epoch + index * _MADE_WITHIN // max(of, 1))


def new_agent(origin: Origin, index: int, role: Role, created_at: int) -> Worker:
    vendor, seed, epoch, estate = origin.vendor, origin.seed, origin.epoch, origin.estate
    worker = Worker(
        vendor=vendor,
        index=index,
        id=ids.mint(AGENT_PREFIX[vendor], seed, index),
        role=role,
        place=estate.agent_keys[0].place,
        key=estate.agent_keys[index % len(estate.agent_keys)].id,
        created_at=created_at,
        schedule=ids.mint(SCHEDULE_PREFIX[vendor], seed, index) if role.cron else "",
    )
    if role.condition is Condition.IDLE:
        return replace(worker, active_until=epoch + _IDLE_AFTER)
    if role.condition is Condition.PAUSED:
        return replace(worker, paused_from=epoch + STOPPED_AFTER)
    if role.condition is Condition.RETIRED:
        return replace(worker, dead_from=epoch + STOPPED_AFTER)
    return worker


def code_workers(origin: Origin) -> tuple[Worker, ...]:
    vendor, seed, estate = origin.vendor, origin.seed, origin.estate
    return tuple(
        Worker(
            vendor=vendor,
            index=_FIRST_CODE + number,
            id=ids.mint("code_", seed, _FIRST_CODE + number),
            role=replace(role, slot_hours=1),
            place=key.place,
            key=key.id,
            created_at=key.created_at,
            agent=False,
        )
        for number, (role, key) in enumerate(zip(CODE[vendor], estate.code_keys, strict=True))
    )
