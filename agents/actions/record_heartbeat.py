"""Take in a heartbeat."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.permissions import require
from agents import heartbeats
from agents.actions.note_change import note_change
from agents.actions.queue_check import queue_check
from agents.differences import differences
from agents.models import Agent, ChangeKind
from connectors.kinds.custom import Heartbeat, Registration, parse_heartbeat


@transaction.atomic
def record_heartbeat(agent: Agent, payload: Mapping[str, Any]) -> Agent:
    """Keep what an agent says of itself; a word that differs from the last one has it checked."""
    require("agents.heartbeat")
    row: Agent = Agent.ever.select_for_update(of=("self",)).get(pk=agent.pk)
    beat = parse_heartbeat(_about(row, payload))
    said_before = row.heartbeat.get("status")
    row.heartbeat, row.heartbeat_at = heartbeats.kept(beat), timezone.now()
    row.last_active_at = row.heartbeat_at
    if row.is_own:
        _introduce(row, beat)
    row.save()
    if beat.status != said_before:
        queue_check([row.pk], dedupe_key=f"heartbeat:{row.pk}")
    return row


def _about(agent: Agent, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return the payload as one about this agent, whose id the sender need not repeat."""
    said = payload.get("agent")
    about = dict(said) if isinstance(said, Mapping) else {}
    return {**payload, "agent": {**about, "id": agent.vendor_agent_id}}


def _introduce(agent: Agent, beat: Heartbeat) -> None:
    """Let an agent of one's own say its name, model and state; what it leaves out stays."""
    said = _facts(beat.agent)
    said["vendor_status"] = heartbeats.STATUSES[beat.status]
    if agent.description_is_ours:
        said.pop("description", None)
    changes = differences({name: getattr(agent, name) for name in said}, said)
    for name, value in said.items():
        setattr(agent, name, value)
    agent.status = agent.effective_status
    if agent.removed_at is not None:
        agent.removed_at = None
        note_change(agent, ChangeKind.RETURNED, changes)
    elif changes:
        note_change(agent, ChangeKind.CHANGED, changes)


def _facts(said: Registration) -> dict[str, Any]:
    facts = {
        "name": said.name,
        "model": said.model[:120],
        "description": said.description,
        "metadata": dict(said.metadata),
    }
    return {name: value for name, value in facts.items() if value}
