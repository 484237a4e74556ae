"""Change what people say of an agent."""

from typing import Any

from django.db import transaction

from accounts.permissions import require
from agents import entries
from agents.actions.note_change import note_change
from agents.models import Agent, AgentType, ChangeKind, Environment
from armproject.lib.audit import record
from armproject.lib.errors import InvalidInput

# What anybody may say of any agent; the rest of an agent's facts are its vendor's to say.
OPEN = ("owner", "environment", "cost_center", "description")
OWN = ("name", "type", "model", "config", "metadata")
NOT_OURS = "The vendor says this of its agent, so it is changed there."


@transaction.atomic
def update_agent(agent: Agent, **said: Any) -> Agent:
    """Change an agent's owner, environment, cost centre or description, and more of own agents.

    A description replaces the vendor's until it is cleared; then the vendor's comes back with the
    next discovery.
    """
    require("agents.write", agent)
    agent = Agent.objects.select_for_update(of=("self",)).get(pk=agent.pk)
    changes = _changed(agent, _clean(agent, said))
    if not changes:
        return agent
    if "description" in changes and not agent.is_own:
        agent.description_is_ours = bool(agent.description)
    agent.save()
    note_change(agent, ChangeKind.EDITED, changes)
    record(
        "agents.update",
        agent,
        before={name: before for name, (before, _) in changes.items()},
        after={name: after for name, (_, after) in changes.items()},
    )
    return agent


def _clean(agent: Agent, said: dict[str, Any]) -> dict[str, Any]:
    refused = [name for name in said if name not in OPEN and not (agent.is_own and name in OWN)]
    if refused:
        raise InvalidInput(NOT_OURS, fields={name: [NOT_OURS] for name in refused})
    return {name: _clean_one(name, value) for name, value in said.items()}


def _clean_one(name: str, value: Any) -> Any:
    match name:
        case "owner":
            return entries.clean_owner(value)
        case "name":
            return entries.clean_name(value)
        case "environment":
            return entries.clean_choice(name, value, Environment)
        case "type":
            return entries.clean_choice(name, value, AgentType)
        case "config" | "metadata":
            return entries.clean_json(name, value)
    return entries.clean_text(name, value)


def _changed(agent: Agent, said: dict[str, Any]) -> dict[str, list[Any]]:
    """Set what differs and return field → [from, to], fit for people."""
    changes = {}
    for name, value in said.items():
        before = getattr(agent, name)
        if before != value:
            setattr(agent, name, value)
            changes[name] = [_shown(before), _shown(value)]
    return changes


def _shown(value: Any) -> Any:
    return value if value is None or isinstance(value, str | dict) else str(value)
