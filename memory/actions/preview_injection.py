"""See what putting memories into an agent would do."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from accounts.fence import fenced
from accounts.permissions import require
from agents.actions.open_vendor import open_vendor
from agents.models import Agent
from armproject.lib.audit import record
from armproject.lib.crypto import Undecryptable
from armproject.lib.errors import Conflict, InvalidInput
from connectors import markers
from memory.access import reach_of_call, require_reading, require_within
from memory.actions.set_preference import require_user_within
from memory.block import Note, fence
from memory.models import Memory, OwnerType, Preference
from memory.owners import Owner

LONGEST = 20_000
MOST = 200
SHARED = "Whoever talks to this agent can learn what is put into it."


@dataclass(frozen=True, slots=True)
class Block:
    """What is to be put into an agent, fenced as data, and of what it is made.

    `warnings` are sentences for people who decide about it.
    """

    text: str
    memories: tuple[Memory, ...] = ()
    preferences: tuple[Preference, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """An agent's instructions as they read now, and as they would; `expected` marks the former."""

    before: str
    after: str
    expected: str
    block: Block = field(default_factory=lambda: Block(""))


def preview_injection(
    agent: Agent,
    memories: Sequence[Memory] = (),
    *,
    with_preferences: bool = False,
    user: str = "",
) -> Preview:
    """Read an agent's instructions at its vendor and say how they would read with memories.

    Nothing is changed; that they were read is recorded. No transaction is open while the vendor is
    asked.
    """
    with fenced():
        block = made_block(agent, memories, with_preferences=with_preferences, user=user)
        ids = [str(each.pk) for each in block.memories]
        told = {"memories": ids, "preferences": len(block.preferences)}
        record("memories.preview_injection", agent, details=told)
    before = instructions_of(agent)
    after = markers.place(before, block.text, markers.MEMORY)
    return Preview(before, after, markers.mark_of(before), block)


def instructions_of(agent: Agent) -> str:
    """Read the instructions of an agent at its vendor, outside any transaction."""
    with fenced():
        found = Agent.objects.select_related("connection__organization").get(pk=agent.pk)
        connector, why_not = open_vendor(found)
    if connector is None:
        raise Conflict(why_not)
    with connector:
        return connector.instructions(found.ref())


def made_block(
    agent: Agent, memories: Sequence[Memory], *, with_preferences: bool = False, user: str = ""
) -> Block:
    """Return the block of what may be put into an agent; raises where something may not.

    Only what a person of the organization wrote or approved, and what is present, goes in.
    """
    require("agents.inject", agent)
    if len(memories) > MOST:
        raise InvalidInput(f"Put at most {MOST} memories into an agent.")
    reach = reach_of_call()
    owners = frozenset(Owner(each.owner_type, each.owner_id) for each in memories)
    require_reading("inject", reach, owners)
    for memory in memories:
        require_within(memory, reach)
    _refuse_unfit(memories)
    if with_preferences:
        require_user_within(user)
    preferences = _preferences(user) if with_preferences else ()
    notes = [
        *(Note(_told(each), "preference", f"{each.category}: {each.key}") for each in preferences),
        *(Note(_content(each), each.store, each.label or each.key) for each in memories),
    ]
    if not notes:
        raise Conflict(
            "There is nothing to put in: choose memories, or confirm preferences by hand first."
        )
    text = fence(notes)
    if len(text) > LONGEST:
        raise InvalidInput(
            f"Together this is {len(text):,} characters; put in at most {LONGEST:,}."
        )
    warnings = _warnings(agent, memories, user if preferences else "")
    return Block(text, tuple(memories), tuple(preferences), warnings)


def _refuse_unfit(memories: Sequence[Memory]) -> None:
    ids = [each.pk for each in memories]
    fit = set(
        Memory.objects.present()
        .filter(pk__in=ids, is_trusted=True, is_locked=False)
        .values_list("pk", flat=True)
    )
    unfit = len(set(ids) - fit)
    if unfit:
        raise InvalidInput(
            f"Of these memories {unfit} cannot be put into an agent: only what is present, open,"
            " and was written or approved by somebody here can. Approve them first.",
            fields={"memories": [f"{unfit} are not approved, not present, or encrypted."]},
        )


def _preferences(user: str) -> tuple[Preference, ...]:
    names: Collection[str] = [user] if user else []
    rows = Preference.objects.of_users(names).filter(is_trusted=True)
    return tuple(rows.order_by("user", "category", "key")[:MOST])


def _warnings(agent: Agent, memories: Sequence[Memory], user: str) -> tuple[str, ...]:
    """Say of what belongs to others than the agent that it will be known to all it talks to."""
    mine = {(OwnerType.ORGANIZATION, ""), (OwnerType.AGENT, str(agent.pk))}
    others = {
        each.whose
        for each in memories
        if (each.owner_type, each.owner_id) not in mine and each.visibility == "private"
    }
    others |= {f"user {user}"} if user else set()
    named = ", ".join(sorted(others)[:5])
    return (f"Some of this belongs to {named}. {SHARED}",) if others else ()


def _content(memory: Memory) -> str:
    try:
        return memory.content
    except Undecryptable:
        raise Conflict("One of these memories can no longer be opened.") from None


def _told(preference: Preference) -> str:
    try:
        return preference.value
    except Undecryptable:
        raise Conflict("One of these preferences can no longer be opened.") from None
