"""What stops, starts and instructs an agent at Anthropic.

Its deployments, its running sessions, its system prompt, and the status of an API key: nothing
here deletes or archives.
"""

from collections.abc import Collection
from functools import partial

from connectors import markers
from connectors.base import ConnectorError, Lever
from connectors.fields import Row, count, identifier, text
from connectors.kinds._anthropic_agents import key_status, paused_by
from connectors.kinds._anthropic_api import AdminApi, RuntimeApi
from connectors.pulling import Pulls

ATTEMPTS = 3
RUNNING = (("statuses[]", "running"), ("statuses[]", "rescheduling"))
KEY_IS_OFF = "The key is made inactive: Anthropic refuses every call with it, whoever makes it."
KEY_IS_ON = "The key is made active again."
NO_AGENT_PAUSE = "Anthropic has no pause of an agent itself: sessions people start still run."


def pause(api: RuntimeApi, agent: str, *, rehearse: bool = False) -> tuple[Lever, ...]:
    """Pause what starts the agent first, so that nothing new begins while runs are interrupted."""
    pulls = Pulls(rehearse=rehearse)
    for name, deployment in _deployments(api, agent):
        if text(deployment, "status") == "paused":
            pulls.leave(name, f"{text(deployment, 'name')} was paused already.")
        else:
            pause_it = partial(api.pause, identifier(deployment))
            pulls.pull(name, f"{text(deployment, 'name')} is paused.", pause_it)
    for session in api.sessions(("agent_id", agent), *RUNNING):
        key = identifier(session)
        pulls.pull(
            f"session {key}",
            "It was interrupted; it can go on later.",
            partial(api.interrupt, key),
        )
    pulls.leave("agent", NO_AGENT_PAUSE)
    return pulls.result()


def resume(
    api: RuntimeApi, agent: str, only: Collection[str] | None, *, rehearse: bool = False
) -> tuple[Lever, ...]:
    pulls = Pulls(only, rehearse=rehearse)
    for name, deployment in _deployments(api, agent):
        if text(deployment, "status") != "paused":
            pulls.leave(name, f"{text(deployment, 'name')} was not paused.")
        elif paused_by(deployment) == "error":
            why = "Anthropic itself paused it after a failed run; mend that first."
            pulls.leave(name, f"{text(deployment, 'name')}: {why}")
        else:
            unpause = partial(api.unpause, identifier(deployment))
            pulls.pull(name, f"{text(deployment, 'name')} runs again.", unpause)
    pulls.leave("agent", NO_AGENT_PAUSE)
    return pulls.result()


def switch_key(
    api: AdminApi,
    key: str,
    *,
    on: bool,
    only: Collection[str] | None = None,
    rehearse: bool = False,
) -> tuple[Lever, ...]:
    """Make a key active or inactive; one that ran out or was archived stays as it is."""
    pulls = Pulls(only, rehearse=rehearse)
    name, status = f"api key {key}", key_status(api.api_key(key).body)
    before, after = ("inactive", "active") if on else ("active", "inactive")
    if status == before:
        switch = partial(api.set_key_status, key, after)
        pulls.pull(name, KEY_IS_ON if on else KEY_IS_OFF, switch)
    else:
        pulls.leave(name, f"The key is {status}.")
    return pulls.result()


def instructions(api: RuntimeApi, agent: str) -> str:
    return text(api.agent(agent).body, "system")


def inject(
    api: RuntimeApi, agent: str, addition: str, *, block: str = "", expected: str | None = None
) -> str:
    """Write the block into the system prompt, and say where.

    The version that was read is sent along; if somebody was faster it is read again.
    """
    for _ in range(ATTEMPTS):
        before = api.agent(agent).body
        markers.refuse_changed(text(before, "system"), expected)
        wanted = markers.place(text(before, "system"), addition, block)
        if wanted == text(before, "system"):
            return _place(agent, before)
        try:
            written = api.set_system(agent, wanted or None, count(before, "version")).body
        except ConnectorError as error:
            if error.fault != "conflict":
                raise
            continue
        if text(written, "system") == wanted:
            return _place(agent, written)
    raise ConnectorError(
        "Somebody else keeps changing the system prompt of this agent. Try again later.",
        fault="conflict",
    )


def _place(agent: str, row: Row) -> str:
    return f"system prompt of {agent}, version {count(row, 'version')}"


def _deployments(api: RuntimeApi, agent: str) -> list[tuple[str, Row]]:
    """Return the deployments of this agent that are not archived, by lever name."""
    return [
        (f"deployment {identifier(each)}", each)
        for each in api.deployments(("agent_id", agent))
        if each.get("archived_at") is None
    ]
