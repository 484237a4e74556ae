"""Have an agent begin work."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.fence import fenced
from accounts.permissions import require
from agents.actions.open_vendor import open_vendor
from agents.models import Agent, Invocation, InvocationState
from armproject.lib.audit import record
from armproject.lib.errors import Conflict, InvalidInput
from connectors.base import Connector, ConnectorError

LONGEST = 20_000
LONGEST_KEY = 200
# Without a key, the same message within this while is the same request: somebody pressed twice, or
# a client asked again because no answer came.
SAME = timedelta(minutes=1)
DRAWN = "arm:"
NEWEST = 100
# After these nobody knows whether the vendor took the request.
UNSURE = frozenset({"timeout", "unavailable", "malformed"})


def run_agent(agent: Agent, text: str, *, key: str = "", replays: UUID | None = None) -> Invocation:
    """Have an agent's vendor begin work with a message, once for each key.

    A paused agent is not started. What is begun costs what the vendor charges for it. Without a
    key, the same message to the same agent within a minute is the same request. Raises `Conflict`
    where there is no vendor to ask, or the key stands for another message.
    """
    require("agents.run", agent)
    _refuse_misfits(text, key)
    with fenced():
        agents = Agent.objects.select_related("connection__organization")
        # Of two that ask for the same at once, without a key, the second waits and finds the first.
        agent = agents.select_for_update(of=("self",), no_key=True).get(pk=agent.pk)
        if agent.is_paused:
            raise Conflict("This agent is paused: resume it before it is started.")
        connector, why_not = open_vendor(agent)
        if connector is None:
            raise Conflict(why_not)
        row = _ask(agent, text, key, replays)
        if row.state == InvocationState.BEGUN:
            return row
    return _begin(row, agent, connector, text)


def _refuse_misfits(text: str, key: str) -> None:
    if not text.strip() or len(text) > LONGEST:
        message = f"Enter what to say to the agent, at most {LONGEST:,} characters."
        raise InvalidInput(message, fields={"input": [message]})
    if len(key) > LONGEST_KEY:
        message = f"Use a key of at most {LONGEST_KEY} characters."
        raise InvalidInput(message, fields={"idempotency_key": [message]})


def _ask(agent: Agent, text: str, key: str, replays: UUID | None) -> Invocation:
    """Return the request under this key, ready to be carried out or begun already."""
    mark = salted_hmac("agents.invocation", text, algorithm="sha256").hexdigest()
    made: dict[str, Any] = {"agent": agent, "said_mark": mark, "replays": replays}
    key = key or _key_of_same(made) or f"{DRAWN}{uuid4().hex}"
    row, is_new = Invocation.objects.get_or_create(key=key, defaults=made)
    if is_new:
        return row
    row = Invocation.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if (row.agent_id, row.said_mark) != (agent.pk, mark):
        raise Conflict("This key was used for another agent or another message.")
    if row.is_under_way:
        raise Conflict("This agent is being started with this message. Ask again in a minute.")
    if row.state != InvocationState.BEGUN:
        row.state, row.asked_at, row.error = InvocationState.ASKED, timezone.now(), ""
        row.save(update_fields=["state", "asked_at", "error"])
    return row


def _key_of_same(asked: Mapping[str, Any]) -> str:
    """Return the key of the same request, made without one a moment ago; "" if there is none."""
    newest = Invocation.objects.filter(agent=asked["agent"]).order_by("-id")[:NEWEST]
    same = Invocation.objects.filter(pk__in=newest.values("pk"), **asked)
    lately = same.filter(key__startswith=DRAWN, asked_at__gte=timezone.now() - SAME)
    return lately.order_by("-id").values_list("key", flat=True).first() or ""


def _begin(row: Invocation, agent: Agent, connector: Connector, text: str) -> Invocation:
    try:
        with connector:
            session = connector.invoke(agent.ref(), text, key=str(row.pk))
    except ConnectorError as problem:
        unsure = problem.fault in UNSURE
        state = InvocationState.UNKNOWN if unsure else InvocationState.REFUSED
        with fenced():
            _settle(row, state, error=problem.message)
            record("agents.run", agent, details=_told(row, text))
        raise
    with fenced():
        _settle(row, InvocationState.BEGUN, session=session)
        record("agents.run", agent, details=_told(row, text))
    return row


def _told(row: Invocation, text: str) -> dict[str, str]:
    """Return what the audit log is told: how it ended, and nothing of what was said."""
    told = {
        "state": row.state,
        "session": row.session,
        "replays": row.replays,
        "error": row.error,
        "characters": len(text),
    }
    return {name: str(value) for name, value in told.items() if value}


def _settle(row: Invocation, state: InvocationState, *, session: str = "", error: str = "") -> None:
    row.state, row.session, row.error = state, session, error
    row.save(update_fields=["state", "session", "error"])
