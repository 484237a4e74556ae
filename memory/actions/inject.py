"""Put memories into an agent."""

from collections.abc import Sequence

from django.utils import timezone

from accounts.fence import fenced
from accounts.sealing import marks
from agents.actions.note_change import note_change
from agents.actions.open_vendor import open_vendor
from agents.models import Agent, ChangeKind
from armproject.lib import context
from armproject.lib.audit import record
from armproject.lib.errors import Conflict
from connectors import markers
from memory.actions.note_uses import note_uses
from memory.actions.preview_injection import Block, made_block
from memory.models import Injection, Memory, UseKind

CHANGED = "Somebody changed the instructions of this agent meanwhile; look at them again."


def inject(
    agent: Agent,
    memories: Sequence[Memory] = (),
    *,
    with_preferences: bool = False,
    user: str = "",
    expected: str | None = None,
) -> Injection:
    """Put memories and confirmed preferences into an agent's instructions, fenced as data.

    They replace what was put in before. With `expected`, the mark of the instructions as they were
    seen, it is refused when somebody changed them meanwhile. No transaction is open while the
    vendor works; `user` adds the preferences of that user to everybody's.
    """
    with fenced():
        block = made_block(agent, memories, with_preferences=with_preferences, user=user)
        found = Agent.objects.select_related("connection__organization").get(pk=agent.pk)
        connector, why_not = open_vendor(found)
    if connector is None:
        raise Conflict(why_not)
    with connector:
        ref = found.ref()
        before = connector.instructions(ref)
        if expected is not None and markers.mark_of(before) != expected:
            raise Conflict(CHANGED)
        # What was read is what may be written over, whoever looked at it before.
        seen = markers.mark_of(before)
        place = connector.inject(ref, block.text, block=markers.MEMORY, expected=seen)
    with fenced():
        return _keep(found, block, before, place, user)


def _keep(agent: Agent, block: Block, before: str, place: str, user: str) -> Injection:
    """Note what was put in, in the caller's transaction: ids and counts, not what it says."""
    principal = context.principal()
    name = principal.label[:200] if principal else ""
    standing = Injection.objects.standing().filter(agent=agent).select_for_update(of=("self",))
    former = standing.first()
    if former is not None:
        former.taken_out_at, former.taken_out_by = timezone.now(), name
        former.save(update_fields=["taken_out_at", "taken_out_by"])
    bare = markers.place(before, "", markers.MEMORY)
    row = Injection(
        agent=agent,
        place=place,
        memory_ids=[str(each.pk) for each in block.memories],
        preferences=len(block.preferences),
        user=user if block.preferences else "",
        characters=len(block.text),
        written=marks([markers.place(bare, block.text, markers.MEMORY).encode()])[0],
        put_by=name,
    )
    row.hold(bare)
    row.save(force_insert=True)
    note_uses([(each, None) for each in block.memories], UseKind.INJECTED)
    counts = [len(former.memory_ids) if former else 0, len(block.memories)]
    note_change(agent, ChangeKind.EDITED, {"memories put in": counts})
    record(
        "memories.inject",
        agent,
        details={
            "place": place,
            "memories": row.memory_ids,
            "preferences": row.preferences,
            "characters": row.characters,
        },
    )
    return row
