"""OpenAI's automations: the schedules that start sessions of agents, and their pause."""

from collections.abc import Iterator
from dataclasses import dataclass

from connectors.simulator import ids, keys, paging
from connectors.simulator.activity import DAY
from connectors.simulator.calls import BAD_REQUEST, NOT_FOUND, Call, Refused, route
from connectors.simulator.changes import Json
from connectors.simulator.estate import OPENAI
from connectors.simulator.openai_agents import AGENTS, LIST, ORDERS
from connectors.simulator.sessions import Sessions
from connectors.simulator.workers import SCHEDULE_PREFIX, Worker
from connectors.simulator.world import World

_PREFIX = SCHEDULE_PREFIX[OPENAI]
_ONCE = "once"
_FOLLOW_UP = "follow_up"
_EXTRAS = (_ONCE, _FOLLOW_UP)


@dataclass(frozen=True, slots=True)
class Automation:
    """One schedule. Kind is periodic, once (already run) or follow_up of a running session."""

    id: str
    worker: Worker
    kind: str
    name: str


class OpenAISchedules:
    """GET /agents/automations, pause and resume."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.sessions = Sessions(world)

    @route(
        "GET",
        "/agents/automations",
        scope=keys.AGENTS_READ,
        betas=AGENTS,
        params=(*LIST, "session_id"),
    )
    def automations(self, call: Call) -> Json:
        limit = call.number("limit", paging.DEFAULT, 1, paging.MOST)
        newest_first = call.choice("order", "desc", ORDERS) == "desc"
        found: Iterator[Automation] = self._all(newest_first=newest_first)
        session = call.one("session_id")
        if session is not None:
            found = (
                one for one in found if self._target(one, call.now).get("session_id") == session
            )
        rows = paging.after(found, call.one("after"), lambda automation: automation.id)
        return paging.by_last_id(rows, lambda one: self._show(one, call.now), limit)

    @route("GET", "/agents/automations/{automation}", scope=keys.AGENTS_READ, betas=AGENTS)
    def automation(self, call: Call) -> Json:
        return self._show(self._find(call), call.now)

    @route("POST", "/agents/automations/{automation}/pause", scope=keys.AGENTS_WRITE, betas=AGENTS)
    def pause(self, call: Call) -> Json:
        automation = self._find(call)
        if automation.kind == _ONCE:
            message = "A completed automation cannot be paused."
            raise Refused(BAD_REQUEST, message, code="invalid_state")
        self.world.changes.pause(automation.id, call.now)
        return self._show(automation, call.now)

    @route("POST", "/agents/automations/{automation}/resume", scope=keys.AGENTS_WRITE, betas=AGENTS)
    def resume(self, call: Call) -> Json:
        automation = self._find(call)
        self.world.changes.resume(automation.id, call.now)
        return self._show(automation, call.now)

    def _all(self, *, newest_first: bool) -> Iterator[Automation]:
        for worker in self.world.agents(OPENAI, newest_first=newest_first):
            if worker.schedule:
                yield _periodic(worker)
            if worker.index == 0:
                yield from (self._extra(worker, number) for number in range(len(_EXTRAS)))

    def _find(self, call: Call) -> Automation:
        wanted = call.path_args["automation"]
        worker = self.world.find_schedule(OPENAI, _PREFIX, wanted)
        if worker is not None:
            return _periodic(worker)
        for worker in self.world.agents(OPENAI, newest_first=False):
            for number in range(len(_EXTRAS)):
                extra = self._extra(worker, number)
                if extra.id == wanted:
                    return extra
            break
        raise Refused(NOT_FOUND, f"No automation found with id '{wanted}'.", code="not_found")

    def _extra(self, worker: Worker, number: int) -> Automation:
        kind = _EXTRAS[number]
        name = "Launch day briefing" if kind == _ONCE else "Remind me about open tickets"
        return Automation(
            ids.mint(_PREFIX, self.world.seed, worker.index, number), worker, kind, name
        )

    def _show(self, automation: Automation, now: int) -> Json:
        paused = self.world.changes.paused(automation.id, now)
        worker = automation.worker
        common: Json = {
            "id": automation.id,
            "object": "agent.automation",
            "name": automation.name,
            "created_at": worker.created_at + DAY // 2,
            "created_by": {"type": "developer"},
            "metadata": {},
            "pause_reason": None,
            "status": "paused" if paused else "active",
            "target": self._target(automation, now),
        }
        if automation.kind == _ONCE:
            once = {"type": "once", "status": "completed", "run_at": worker.created_at + 2 * DAY}
            return {**common, **once}
        cron = worker.role.cron or "0 8 * * 1-5"
        return {**common, "type": "periodic", "expression": cron, "timezone": "UTC"}

    def _target(self, automation: Automation, now: int) -> Json:
        worker = automation.worker
        if automation.kind == _FOLLOW_UP:
            walk = self.sessions.listed(iter([worker]), now, newest_first=True)
            return {
                "type": "existing_session",
                "session_id": next((session.id for session in walk), ""),
                "instructions": "List the tickets that are still open.",
            }
        content = [{"type": "input_text", "text": worker.role.topic.exchanges[-1].question}]
        return {
            "type": "new_session",
            "agent": None,
            "agent_id": worker.id,
            "environment": {"type": "none"},
            "input": [{"type": "message", "role": "user", "content": content}],
            "metadata": {},
            "vault_ids": [],
        }


def _periodic(worker: Worker) -> Automation:
    return Automation(worker.schedule, worker, "periodic", f"{worker.role.name}, scheduled")
