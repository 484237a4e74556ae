"""Anthropic's sessions: what they used, what they cost, their events, and sending to them."""

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from connectors.simulator import billing, ids, keys, paging
from connectors.simulator.activity import DAY, Tokens
from connectors.simulator.anthropic_agents import LIST, MANAGED, agent_body
from connectors.simulator.anthropic_deployments import ENVIRONMENT
from connectors.simulator.anthropic_events import events
from connectors.simulator.calls import BAD_REQUEST, NOT_FOUND, Call, Refused, route
from connectors.simulator.changes import Json
from connectors.simulator.clock import rfc3339, within
from connectors.simulator.estate import ANTHROPIC
from connectors.simulator.sessions import Outcome, Session, Sessions
from connectors.simulator.world import World

_SESSION = "/v1/sessions/{session}"
_STATUSES = ("rescheduling", "running", "idle", "terminated")
_ORDERS = ("asc", "desc")
_SENT_PREFIX = "sevt_01"
_TAKEN = {"user.message": "message", "system.message": "system", "user.interrupt": "interrupt"}
_MOST_EVENTS = 1000


class AnthropicSessions:
    """GET and POST /v1/sessions, GET and POST /v1/sessions/{id}/events."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.sessions = Sessions(world)

    @route(
        "GET",
        "/v1/sessions",
        scope=keys.WORKSPACE_READ,
        betas=MANAGED,
        params=(*LIST, "agent_id", "agent_version", "deployment_id", "order", "statuses", "beta"),
    )
    def listed(self, call: Call) -> Json:
        now = paging.moment(call)
        statuses = call.many("statuses")
        call.check("statuses", statuses, _STATUSES)
        newest_first = call.choice("order", "desc", _ORDERS) == "desc"
        workers = (
            worker
            for worker in self.world.agents(ANTHROPIC)
            if call.one("agent_id") in {None, worker.id}
            and call.one("deployment_id") in {None, worker.schedule}
        )
        found: Iterator[Session] = (
            session
            for session in self.sessions.listed(workers, now, newest_first=newest_first)
            if within(call, session.created_at)
            and (not statuses or self._status(session, now) in statuses)
        )
        page = paging.by_token(found, lambda one: self._show(one, now), call, as_of=now)
        return {**page, "prev_page": None}

    @route("POST", "/v1/sessions", scope=keys.WORKSPACE_WRITE, betas=MANAGED)
    def begin(self, call: Call) -> Json:
        asked = call.body
        worker = self.world.find_agent(ANTHROPIC, str(asked.get("agent")))
        if worker is None:
            raise Refused(NOT_FOUND, "agent not found")
        if asked.get("environment_id") != ENVIRONMENT:
            raise Refused(BAD_REQUEST, "environment_id: no such environment")
        said = " ".join(_text(event) for event in asked.get("initial_events") or ())
        metadata = {str(key): str(told) for key, told in (asked.get("metadata") or {}).items()}
        return self._show(self.sessions.begin(worker, said, metadata, call.now), call.now)

    @route("GET", _SESSION, scope=keys.WORKSPACE_READ, betas=MANAGED)
    def session(self, call: Call) -> Json:
        return self._show(self._find(call), call.now)

    @route(
        "GET",
        f"{_SESSION}/events",
        scope=keys.WORKSPACE_READ,
        betas=MANAGED,
        params=("limit", "page", "created_at", "order", "types", "beta"),
    )
    def events(self, call: Call) -> Json:
        now = paging.moment(call)
        session, wanted = self._find(call), call.many("types")
        rows = events(self.world, session, self.sessions.turns(session, now), now)
        rows = [
            (at, row)
            for at, row in rows
            if (not wanted or row["type"] in wanted) and within(call, at)
        ]
        if call.choice("order", "asc", _ORDERS) == "desc":
            rows.reverse()
        return paging.by_token(rows, lambda row: row[1], call, most=_MOST_EVENTS, as_of=now)

    @route("POST", f"{_SESSION}/events", scope=keys.WORKSPACE_WRITE, betas=MANAGED)
    def send(self, call: Call) -> Json:
        session = self._find(call)
        sent = call.body.get("events")
        if not isinstance(sent, list) or not sent:
            raise Refused(BAD_REQUEST, "events: must be a list of one event or more")
        return {"data": [self._take(session, event, call.now) for event in sent]}

    def _take(self, session: Session, event: Any, now: int) -> Json:
        kind = event.get("type") if isinstance(event, dict) else None
        if kind not in _TAKEN:
            raise Refused(BAD_REQUEST, f"events: unknown type {kind!r}")
        changes = self.world.changes
        said = changes.said.setdefault(session.id, [])
        number = len(said)
        if kind == "user.interrupt":
            changes.interrupt(session.id, session.worker.id, now)
        said.append((now, _TAKEN[kind], _text(event)))
        body = {"content": event["content"]} if "content" in event else {}
        event_id = ids.mint(
            _SENT_PREFIX, self.world.seed, session.worker.index, session.slot, number
        )
        return {"id": event_id, "type": kind, "processed_at": rfc3339(now), **body}

    def _find(self, call: Call) -> Session:
        wanted = call.path_args["session"]
        session = self.sessions.find(ANTHROPIC, wanted, call.now)
        if session is None:
            raise Refused(NOT_FOUND, f"session not found: {wanted}")
        return session

    def _status(self, session: Session, now: int) -> str:
        last = self.sessions.turns(session, now)[-1]
        if last.outcome is Outcome.RUNNING:
            return "running"
        if last.outcome is Outcome.FAILED and now < session.ends_at:
            return "rescheduling"
        return "terminated" if now > session.ends_at + DAY else "idle"

    def _show(self, session: Session, now: int) -> Json:
        used = self.sessions.used(session, now)
        turns = self.sessions.turns(session, now)
        active = sum(max(0, min(turn.end, now) - turn.start) for turn in turns)
        last_at = self.sessions.last_event_at(session, now)
        agent = agent_body(self.world, session.worker)
        agent.pop("metadata")
        agent["model"] = {**agent["model"], "id": session.model}
        return {
            "id": session.id,
            "type": "session",
            "title": turns[0].exchange.question[:60],
            "agent": agent,
            "deployment_id": session.worker.schedule or None,
            "environment_id": ENVIRONMENT,
            "status": self._status(session, now),
            "metadata": session.begun.metadata if session.begun else {},
            "outcome_evaluations": [],
            "resources": [],
            "vault_ids": [],
            "budget": None,
            "stats": {"active_seconds": active, "duration_seconds": last_at - session.created_at},
            "usage": {**usage_body(used), "active_seconds": active, **_list_cost(session, used)},
            "archived_at": None,
            "created_at": rfc3339(session.created_at),
            "updated_at": rfc3339(last_at),
        }


def usage_body(tokens: Tokens) -> Json:
    return {
        "input_tokens": tokens.uncached,
        "output_tokens": tokens.output,
        "cache_read_input_tokens": tokens.cached,
        "cache_creation": {
            "ephemeral_5m_input_tokens": tokens.cache_write,
            "ephemeral_1h_input_tokens": 0,
        },
        "server_tool_use": {"web_fetch_requests": 0, "web_search_requests": 0},
    }


def _list_cost(session: Session, used: Tokens) -> Json:
    """List price in whole minor units: the third way in which the vendors write money."""
    cents = billing.list_cost(session.model, used) * 100
    whole = cents.quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return {"list_cost": {"amount": str(whole), "currency": "USD"}}


def _text(event: Json) -> str:
    try:
        return " ".join(part["text"] for part in event.get("content", ()))
    except (KeyError, TypeError):
        raise Refused(BAD_REQUEST, "events: content must be a list of text blocks") from None
