"""Have the work of a failed run done again."""

from accounts.fence import fenced
from accounts.permissions import has_permission, require
from agents.actions.run_agent import run_agent
from agents.models import Invocation
from armproject.lib.errors import Conflict, InvalidInput
from telemetry.actions.read_asked import read_asked
from telemetry.models import Run, RunStatus

FAILED = (RunStatus.FAILED, RunStatus.INCOMPLETE)


def replay_run(run: Run, text: str = "", *, key: str = "") -> Invocation:
    """Start the agent of a failed run again, with what it was asked then or with `text`.

    What was asked is known where it was kept, and taken only for those who may read it. Raises
    `Conflict` where the run did not fail or its agent cannot be started.
    """
    require("runs.read")
    with fenced():
        run = Run.objects.select_related("source__agent").get(pk=run.pk)
        agent = run.source.agent
        if run.status not in FAILED:
            raise Conflict("Only a run that failed, or whose end was never told, is replayed.")
        if agent is None:
            raise Conflict("ARM does not know which agent did this, so there is none to start.")
        require("agents.run", agent)
        if not text.strip() and has_permission("contents.read"):
            text = read_asked(run)
    if not text.strip():
        message = "Enter what to ask: what the run was asked is not kept, or not for you to read."
        raise InvalidInput(message, fields={"input": [message]})
    return run_agent(agent, text, key=key, replays=run.pk)
