"""For which agent, and in which run, a program speaks at the memory tools."""

from dataclasses import dataclass
from uuid import UUID

from accounts.fence import current_organization_id
from agents.models import Agent
from armproject.lib.errors import Forbidden, InvalidInput, NotFound
from memory.access import Reach
from memory.entries import LONGEST_LINE
from memory.owners import Owner, owners_of_run
from telemetry import identity
from telemetry.models import Run

NAME_IT = "Say for which agent you speak: send its id, or the run's, as agent or run."
TRACE = 32


@dataclass(frozen=True, slots=True)
class Speaker:
    """An agent in a run. `user` is whom it works for, `app` where, each "" where not known."""

    agent: Agent
    run_id: UUID | None = None
    user: str = ""
    app: str = ""

    @property
    def owner(self) -> Owner:
        """Whose it is what is stored now: the user's, or without one the agent's own."""
        return Owner("user", self.user) if self.user else Owner("agent", str(self.agent.pk))

    @property
    def reach(self) -> Reach:
        """What may be found now."""
        owners = owners_of_run(
            run_id=str(self.run_id or ""),
            agent_id=str(self.agent.pk),
            user=self.user,
            app=self.app,
        )
        return Reach(owners=owners, agent_id=self.agent.pk, run_id=self.run_id)


def speaker_of(*, agent: str = "", run: str = "", user: str = "") -> Speaker:
    """Return who speaks, as a program tells it: by the agent's id or name, the run's id or trace.

    What is known of the run counts: it must be the agent's, and its user is whom it worked for.
    Of a run that has not arrived yet (a trace of 32 hex digits) the program tells them. Raises
    InvalidInput, NotFound, or Forbidden where it does not fit together.
    """
    for name, value in (("agent", agent), ("user", user), ("run", run)):
        if len(value) > LONGEST_LINE or not value.isprintable():
            raise InvalidInput(f"{name}: Send at most {LONGEST_LINE} characters, on one line.")
    run_id = _run_id(run) if run else None
    known = (
        Run.objects.select_related("source__agent").filter(pk=run_id).first() if run_id else None
    )
    if known is None:
        if run and len(run) != TRACE:
            raise NotFound("There is no such run. Send the trace of one that has just begun.")
        if not agent:
            raise InvalidInput(NAME_IT)
        return Speaker(_agent(agent), run_id, user)
    return _in_run(known, _agent(agent) if agent else None, user)


def _in_run(run: Run, agent: Agent | None, user: str) -> Speaker:
    owner = run.source.agent
    if owner is None:
        raise Forbidden("This run belongs to no agent of the inventory.")
    if agent is not None and agent != owner:
        raise Forbidden("This run is another agent's.")
    if user and run.end_user and user != run.end_user:
        raise Forbidden("This run is another user's.")
    name = (run.end_user or user)[:LONGEST_LINE]
    return Speaker(owner, run.pk, name, run.app[:LONGEST_LINE])


def _run_id(told: str) -> UUID:
    try:
        number = UUID(told)
    except ValueError:
        raise InvalidInput("run: Send the run's id, or its trace as 32 hex digits.") from None
    if len(told) == TRACE:
        return identity.run_id(current_organization_id(), number.hex)
    return number


def _agent(told: str) -> Agent:
    """Return the agent with this id, or the only one with this name."""
    try:
        rows = Agent.objects.filter(pk=UUID(told))
    except ValueError:
        rows = Agent.objects.filter(name=told)
    found: list[Agent] = list(rows[:2])
    if len(found) != 1:
        raise NotFound(
            "Several agents have this name; send the agent's id."
            if found
            else "There is no such agent."
        )
    return found[0]
