"""OpenAI's sessions of agents: turns, items, and the events one may send."""

from collections.abc import Iterator
from typing import Any

from connectors.simulator import keys, paging
from connectors.simulator.activity import Tokens
from connectors.simulator.calls import (
    ACCEPTED,
    BAD_REQUEST,
    NOT_FOUND,
    Answer,
    Call,
    Refused,
    route,
)
from connectors.simulator.changes import Json
from connectors.simulator.estate import OPENAI
from connectors.simulator.openai_agents import AGENTS, LIST, ORDERS, settings
from connectors.simulator.openai_items import ERRORS, items, turn_id
from connectors.simulator.sessions import Outcome, Session, Sessions, Turn, place
from connectors.simulator.world import World

_SESSION = "/agents/sessions/{session}"
_STATUS = {
    Outcome.RUNNING: "in_progress",
    Outcome.COMPLETED: "completed",
    Outcome.FAILED: "failed",
    Outcome.CANCELLED: "cancelled",
}


class OpenAISessions:
    """GET and POST /agents/sessions, GET turns and items, POST events."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.sessions = Sessions(world)

    @route(
        "GET",
        "/agents/sessions",
        scope=keys.AGENTS_READ,
        betas=AGENTS,
        params=(*LIST, "agent_id", "metadata"),
    )
    def listed(self, call: Call) -> Json:
        limit = call.number("limit", paging.DEFAULT, 1, paging.MOST)
        newest_first = call.choice("order", "desc", ORDERS) == "desc"
        found = self._walk(call, newest_first=newest_first)
        for name, value in call.query:
            if name.startswith("metadata["):
                wanted = (name[len("metadata[") : -1], value)
                found = (one for one in found if wanted in _metadata(one).items())
        return paging.by_last_id(found, lambda session: self._show(session, call.now), limit)

    @route("POST", "/agents/sessions", scope=keys.AGENTS_WRITE, betas=AGENTS)
    def begin(self, call: Call) -> Json:
        asked, worker = call.body, self.world.find_agent(OPENAI, str(call.body.get("agent_id")))
        if worker is None:
            raise Refused(NOT_FOUND, "No agent found with this id.", code="not_found")
        environment, message = asked.get("environment"), asked.get("input")
        if not isinstance(environment, dict) or "type" not in environment:
            text = "environment: is required"
            raise Refused(BAD_REQUEST, text, code="missing_required_parameter", param="environment")
        if not isinstance(message, str) or not message:
            text = "input: is required where the environment is none"
            raise Refused(BAD_REQUEST, text, code="missing_required_parameter", param="input")
        metadata = {str(key): str(told) for key, told in (asked.get("metadata") or {}).items()}
        return self._show(self.sessions.begin(worker, message, metadata, call.now), call.now)

    @route("GET", _SESSION, scope=keys.AGENTS_READ, betas=AGENTS)
    def session(self, call: Call) -> Json:
        return self._show(self._find(call), call.now)

    @route("GET", f"{_SESSION}/turns", scope=keys.AGENTS_READ, betas=AGENTS, params=LIST)
    def turns(self, call: Call) -> Json:
        session = self._find(call)
        rows = [_turn_body(session, turn) for turn in self.sessions.turns(session, call.now)]
        return _page(rows, call)

    @route("GET", f"{_SESSION}/turns/{{turn}}", scope=keys.AGENTS_READ, betas=AGENTS)
    def turn(self, call: Call) -> Json:
        session = self._find(call)
        return _turn_body(session, self._turn(session, call))

    @route("GET", f"{_SESSION}/items", scope=keys.AGENTS_READ, betas=AGENTS, params=LIST)
    def items(self, call: Call) -> Json:
        session = self._find(call)
        turns = self.sessions.turns(session, call.now)
        return _page([item for turn in turns for item in items(session, turn)], call)

    @route(
        "GET", f"{_SESSION}/turns/{{turn}}/items", scope=keys.AGENTS_READ, betas=AGENTS, params=LIST
    )
    def turn_items(self, call: Call) -> Json:
        session = self._find(call)
        return _page(items(session, self._turn(session, call)), call)

    @route("POST", f"{_SESSION}/events", scope=keys.AGENTS_WRITE, betas=AGENTS)
    def send(self, call: Call) -> Answer:
        session = self._find(call)
        events = call.body.get("events")
        if not isinstance(events, list) or not events:
            message = "events: must be a list of one event or more"
            raise Refused(BAD_REQUEST, message, code="missing_required_parameter", param="events")
        for event in events:
            self._take(session, event, call.now)
        return Answer(None, ACCEPTED)

    def _take(self, session: Session, event: Any, now: int) -> None:
        changes = self.world.changes
        kind = event.get("type") if isinstance(event, dict) else None
        if kind == "agent.session.input.cancel":
            changes.interrupt(session.id, session.worker.id, now)
        elif kind == "agent.session.input.message":
            said = changes.said.setdefault(session.id, [])
            said.extend((now, "message", _text(message)) for message in event["input"])
        else:
            message = f"events: unknown type {kind!r}"
            raise Refused(BAD_REQUEST, message, code="invalid_value", param="events")

    def _walk(self, call: Call, *, newest_first: bool) -> Iterator[Session]:
        agent_id, cursor = call.one("agent_id"), call.one("after")
        workers = self.world.agents(OPENAI)
        if agent_id is not None:
            worker = self.world.find_agent(OPENAI, agent_id)
            workers = iter([] if worker is None else [worker])
        last = None if cursor is None else self._by_id(cursor, call.now)
        found = self.sessions.listed(
            workers,
            call.now,
            newest_first=newest_first,
            beyond=None if last is None else last.created_at,
        )
        if last is None:
            return found
        edge = place(last)
        return (one for one in found if (place(one) < edge) is newest_first and place(one) != edge)

    def _find(self, call: Call) -> Session:
        return self._by_id(call.path_args["session"], call.now)

    def _by_id(self, session_id: str, now: int) -> Session:
        session = self.sessions.find(OPENAI, session_id, now)
        if session is None:
            message = f"No session found with id '{session_id}'."
            raise Refused(NOT_FOUND, message, code="not_found")
        return session

    def _turn(self, session: Session, call: Call) -> Turn:
        wanted = call.path_args["turn"]
        for turn in self.sessions.turns(session, call.now):
            if turn_id(session, turn) == wanted:
                return turn
        raise Refused(NOT_FOUND, f"No turn found with id '{wanted}'.", code="not_found")

    def _show(self, session: Session, now: int) -> Json:
        turns = self.sessions.turns(session, now)
        last = turns[-1]
        over = now >= session.ends_at
        failed = last.outcome is Outcome.FAILED and over
        agent = settings(self.world, session.worker)
        agent.pop("metadata")
        return {
            "id": session.id,
            "object": "agent.session",
            "created_at": session.created_at,
            "last_active_at": max(min(turn.end, now) for turn in turns),
            "status": "failed" if failed else _session_status(last),
            "error": ERRORS[last.fault % len(ERRORS)][1] if failed else None,
            "agent": {"id": session.worker.id, **agent, "model": session.model},
            "environment": {"type": "none"},
            "metadata": _metadata(session),
            "required_actions": [],
            "usage": usage_body(self.sessions.used(session, now)),
            "vault_ids": [],
            "prompt_cache_options": None,
            "review": "none",
            "spend_control": None,
        }


def usage_body(tokens: Tokens) -> Json:
    return {
        "input_tokens": tokens.input,
        "input_tokens_details": {"cached_tokens": tokens.cached},
        "output_tokens": tokens.output,
        "output_tokens_details": {"reasoning_tokens": tokens.output // 4},
        "total_tokens": tokens.total,
    }


def _metadata(session: Session) -> dict[str, str]:
    if session.begun is not None:
        return session.begun.metadata
    return {"channel": "schedule" if session.worker.schedule else "web"}


def _session_status(last: Turn) -> str:
    return "in_progress" if last.outcome is Outcome.RUNNING else "idle"


def _turn_body(session: Session, turn: Turn) -> Json:
    code, message = ERRORS[turn.fault % len(ERRORS)]
    if session.worker.dead_from is not None and turn.start >= session.worker.dead_from:
        code, message = "resource_not_found", f"The model {session.model} is unavailable."
    return {
        "id": turn_id(session, turn),
        "object": "agent.session.turn",
        "agent_id": session.worker.id,
        "session_id": session.id,
        "subagent_id": None,
        "created_at": turn.start,
        "started_at": turn.start,
        "completed_at": None if turn.outcome is Outcome.RUNNING else turn.end,
        "status": _STATUS[turn.outcome],
        "error": {"code": code, "message": message} if turn.outcome is Outcome.FAILED else None,
        "usage": None if turn.tokens is None else usage_body(turn.tokens),
        "prompt_cache_options": None,
    }


def _page(rows: list[Json], call: Call) -> Json:
    limit = call.number("limit", paging.DEFAULT, 1, paging.MOST)
    if call.choice("order", "desc", ORDERS) == "desc":
        rows.reverse()
    following = paging.after(rows, call.one("after"), lambda row: str(row["id"]))
    return paging.by_last_id(following, lambda row: row, limit)


def _text(message: Any) -> str:
    try:
        return " ".join(part["text"] for part in message["content"] if "text" in part)
    except (KeyError, TypeError):
        text = "events: a message needs role and content"
        raise Refused(BAD_REQUEST, text, code="invalid_value", param="events") from None
