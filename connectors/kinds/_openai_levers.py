"""What stops, starts and instructs an agent at OpenAI.

Its automations, its running turns and its instructions: nothing here deletes or archives.
"""

from collections.abc import Collection, Iterator
from functools import partial

from connectors import markers
from connectors.base import ConnectorError, Lever
from connectors.fields import Row, identifier, optional_row, text
from connectors.kinds._openai_api import RuntimeApi
from connectors.pulling import Pulls

ATTEMPTS = 3
MOST_SESSIONS = 100


def agent_of(api: RuntimeApi, automation: Row) -> str:
    """Return the id of the agent that an automation starts, empty if it carries its own."""
    target = optional_row(automation, "target")
    if text(target, "type") != "existing_session":
        return text(target, "agent_id")
    try:
        session = api.session(text(target, "session_id"))
    except ConnectorError as error:
        if error.fault == "not_found":
            return ""
        raise
    return text(optional_row(session, "agent"), "id")


def pause(api: RuntimeApi, agent: str, *, rehearse: bool = False) -> tuple[Lever, ...]:
    """Pause what starts the agent first, so that nothing new begins while turns are cancelled."""
    pulls = Pulls(rehearse=rehearse)
    for name, automation in _automations(api, agent):
        if text(automation, "status") == "paused":
            pulls.leave(name, f"{text(automation, 'name')} was paused already.")
        else:
            pulls.pull(
                name,
                f"{text(automation, 'name')} is paused.",
                partial(api.pause, identifier(automation)),
            )
    for session in api.latest_sessions(agent, MOST_SESSIONS):
        if text(session, "status") == "in_progress":
            key = identifier(session)
            pulls.pull(
                f"session {key}",
                "Its running turn was cancelled; the session can go on later.",
                partial(api.cancel_turn, key),
            )
    pulls.leave("agent", "OpenAI has no pause of an agent itself.")
    pulls.leave(
        "project spend limit",
        "It would stop every agent of the project, so ARM leaves it to you.",
    )
    return pulls.result()


def resume(
    api: RuntimeApi, agent: str, only: Collection[str] | None, *, rehearse: bool = False
) -> tuple[Lever, ...]:
    pulls = Pulls(only, rehearse=rehearse)
    for name, automation in _automations(api, agent):
        if text(automation, "status") != "paused":
            pulls.leave(name, f"{text(automation, 'name')} was not paused.")
        elif reason := text(automation, "pause_reason"):
            pulls.leave(name, f"OpenAI itself paused {text(automation, 'name')}: {reason}.")
        else:
            pulls.pull(
                name,
                f"{text(automation, 'name')} runs again.",
                partial(api.resume, identifier(automation)),
            )
    pulls.leave("agent", "OpenAI has no pause of an agent itself.")
    return pulls.result()


def instructions(api: RuntimeApi, agent: str) -> str:
    return text(api.agent(agent).body, "instructions")


def inject(
    api: RuntimeApi, agent: str, addition: str, *, block: str = "", expected: str | None = None
) -> str:
    """Write the block into the instructions, and say where.

    OpenAI has no lock, so they are read again right before writing, and the answer to the writing
    is compared with what was meant.
    """
    for _ in range(ATTEMPTS):
        before = api.agent(agent).body
        present = text(before, "instructions")
        markers.refuse_changed(present, expected)
        wanted = markers.place(present, addition, block)
        if wanted == present:
            return f"instructions of {agent}"
        if _stamp(api.agent(agent).body) != _stamp(before):
            continue
        written = api.set_instructions(agent, wanted or None).body
        if text(written, "instructions") == wanted:
            return f"instructions of {agent}"
    raise ConnectorError(
        "Somebody else keeps changing the instructions of this agent. Try again later.",
        fault="conflict",
    )


def _automations(api: RuntimeApi, agent: str) -> Iterator[tuple[str, Row]]:
    """Yield the automations that start this agent and are not over, by lever name."""
    for automation in list(api.automations()):
        if text(automation, "status") != "completed" and agent_of(api, automation) == agent:
            yield f"automation {identifier(automation)}", automation


def _stamp(agent: Row) -> tuple[object, str]:
    return agent.get("updated_at"), text(agent, "instructions")
