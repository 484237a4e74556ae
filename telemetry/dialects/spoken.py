"""Events of one message each, as conventions up to 1.36 told a conversation."""

from typing import Any

from telemetry.dialects.loose_json import value_of
from telemetry.dialects.messages import ASSISTANT, SYSTEM, TOOL, USER, messages
from telemetry.records import MessageRecord

SPEAKERS = {
    "gen_ai.system.message": SYSTEM,
    "gen_ai.user.message": USER,
    "gen_ai.assistant.message": ASSISTANT,
    "gen_ai.tool.message": TOOL,
    "gen_ai.choice": ASSISTANT,
}


def spoken(event: str, told: dict[str, Any]) -> list[MessageRecord]:
    """Return the message in the attributes of an event, or in the JSON in one of them (Azure)."""
    role = SPEAKERS.get(event)
    if role is None:
        return []
    within = value_of(told.get("gen_ai.event.content"))
    given = within if isinstance(within, dict) else told
    said = {key: value_of(value) for key, value in given.items()}
    if not isinstance(said.get("message", {}), dict):  # Strands tells what was said, without a role
        said["content"] = said.pop("message")
    return messages([{"role": role, **said}], role)
