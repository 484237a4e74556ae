"""Take memories out of an agent."""

from dataclasses import dataclass

from django.utils import timezone

from accounts.fence import fenced
from accounts.permissions import require
from agents.actions.note_change import note_change
from agents.actions.open_vendor import open_vendor
from agents.models import Agent, ChangeKind
from armproject.lib import context
from armproject.lib.audit import record
from armproject.lib.crypto import Undecryptable
from armproject.lib.errors import Conflict
from connectors import markers
from memory.models import Injection


@dataclass(frozen=True, slots=True)
class TakenOut:
    """Where memories were taken out, and whether the instructions read as before they came.

    They do not where people changed them meanwhile: what they wrote stays.
    """

    place: str
    is_as_before: bool


def take_out(agent: Agent) -> TakenOut:
    """Take ARM's block of memories out of an agent's instructions; all around it stays, exactly.

    No transaction is open while the vendor works.
    """
    with fenced():
        require("agents.inject", agent)
        found = Agent.objects.select_related("connection__organization").get(pk=agent.pk)
        connector, why_not = open_vendor(found)
    if connector is None:
        raise Conflict(why_not)
    with connector:
        ref = found.ref()
        before = connector.instructions(ref)
        bare = markers.place(before, "", markers.MEMORY)
        seen = markers.mark_of(before)
        place = connector.inject(ref, "", block=markers.MEMORY, expected=seen)
    with fenced():
        return _note(found, place, bare)


def _note(agent: Agent, place: str, bare: str) -> TakenOut:
    principal = context.principal()
    standing = Injection.objects.standing().filter(agent=agent).select_for_update(of=("self",))
    row = standing.first()
    is_as_before = row is not None and _former(row) == bare
    if row is not None:
        row.taken_out_at = timezone.now()
        row.taken_out_by = principal.label[:200] if principal else ""
        row.save(update_fields=["taken_out_at", "taken_out_by"])
        note_change(agent, ChangeKind.EDITED, {"memories put in": [len(row.memory_ids), 0]})
    record("memories.take_out", agent, details={"place": place, "as_before": is_as_before})
    return TakenOut(place, is_as_before)


def _former(row: Injection) -> str | None:
    try:
        return row.former
    except Undecryptable:
        return None
