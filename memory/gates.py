"""Who is asked before a memory is written or read.

Higher apps, and parts of this one, add gates when they load. A gate answers quickly, changes
nothing, and sees what is to be written or what is asked for; the strictest answer counts. A gate
that fails denies.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any
from uuid import UUID

import structlog

from memory.owners import Owner

log = structlog.get_logger(__name__)


class Effect(IntEnum):
    """What a gate says; the higher is the stricter."""

    ALLOW = 0
    WITHHOLD = 1
    DENY = 2


@dataclass(frozen=True, slots=True)
class Verdict:
    """An answer of a gate, with a sentence for people for each reason."""

    effect: Effect = Effect.ALLOW
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Writing:
    """What is to be kept. `is_by_hand` tells that a person of the organization wrote it."""

    owner: Owner
    content: str
    kind: str
    store: str
    label: str = ""
    key: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    source_type: str = ""
    agent_id: UUID | None = None
    run_id: UUID | None = None
    is_by_hand: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """What is asked for: `how` is read, list, recall, search, inject or export.

    `owners` are those whose memories are asked for; empty means whatever the caller may find.
    """

    how: str
    owners: frozenset[Owner] = frozenset()
    agent_id: UUID | None = None
    run_id: UUID | None = None


ALLOWED = Verdict()
BROKEN = Verdict(Effect.DENY, ("What decides about memories is not working; try again later.",))

WritingGate = Callable[[Writing], Verdict]
ReadingGate = Callable[[Reading], Verdict]

WRITING_GATES: dict[str, WritingGate] = {}
READING_GATES: dict[str, ReadingGate] = {}


def add_gate(
    name: str, *, before_write: WritingGate | None = None, before_read: ReadingGate | None = None
) -> None:
    """Have everything that is written, or read, pass this gate first."""
    if before_write is not None:
        WRITING_GATES[name] = before_write
    if before_read is not None:
        READING_GATES[name] = before_read


def remove_gate(name: str) -> None:
    """Take a gate away again."""
    WRITING_GATES.pop(name, None)
    READING_GATES.pop(name, None)


def judge_writing(writing: Writing) -> Verdict:
    """Ask every gate about what is to be kept; the strictest answer counts."""
    return _strictest(_asked(name, gate, writing) for name, gate in WRITING_GATES.items())


def judge_reading(reading: Reading) -> Verdict:
    """Ask every gate about what is asked for; the strictest answer counts."""
    return _strictest(_asked(name, gate, reading) for name, gate in READING_GATES.items())


def _asked(name: str, gate: Callable[..., Verdict], question: Writing | Reading) -> Verdict:
    try:
        return gate(question)
    except Exception:
        log.exception("memory_gate_failed", gate=name)
        return BROKEN


def _strictest(verdicts: Iterable[Verdict]) -> Verdict:
    found: Sequence[Verdict] = list(verdicts)
    effect = max((each.effect for each in found), default=Effect.ALLOW)
    if effect == Effect.ALLOW:
        return ALLOWED
    reasons = dict.fromkeys(
        reason for each in found if each.effect == effect for reason in each.reasons
    )
    return Verdict(effect, tuple(reasons))
