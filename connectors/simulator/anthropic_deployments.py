"""Anthropic's deployments, their pause, and the runs they started."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass

from connectors.simulator import ids, keys, paging
from connectors.simulator.activity import DAY
from connectors.simulator.anthropic_agents import LIST, MANAGED, reference
from connectors.simulator.calls import NOT_FOUND, Call, Refused, route
from connectors.simulator.changes import Json
from connectors.simulator.clock import maybe, rfc3339, within
from connectors.simulator.estate import ANTHROPIC
from connectors.simulator.sessions import oldest
from connectors.simulator.workers import SCHEDULE_PREFIX, Worker
from connectors.simulator.world import World

_PREFIX = SCHEDULE_PREFIX[ANTHROPIC]
_RUN_PREFIX = "drun_01"
_MOST_RUNS = 1000
_UPCOMING = 5
_RUN_ERRORS = (
    ("session_rate_limited_error", "Too many sessions were created in this workspace."),
    ("environment_not_found_error", "The environment of this deployment does not exist."),
    ("unknown_error", "The session could not be created."),
)
STATUSES = ("active", "paused")
ENVIRONMENT = "env_01demo"


@dataclass(frozen=True, slots=True)
class Run:
    """One attempt of a deployment to start a session."""

    worker: Worker
    slot: int
    at: int
    failed: bool


class AnthropicDeployments:
    """GET /v1/deployments with pause and unpause, GET /v1/deployment_runs."""

    def __init__(self, world: World) -> None:
        self.world = world

    @route(
        "GET",
        "/v1/deployments",
        scope=keys.WORKSPACE_READ,
        betas=MANAGED,
        params=(*LIST, "agent_id", "status", "beta"),
    )
    def deployments(self, call: Call) -> Json:
        agent_id, status = call.one("agent_id"), call.one("status")
        if status is not None:
            call.check("status", [status], STATUSES)
        rows = (
            worker
            for worker in self._scheduled()
            if agent_id in {None, worker.id}
            and within(call, worker.created_at)
            and status in {None, self._status(worker, call.now)}
        )
        return paging.by_token(rows, lambda worker: self._show(worker, call.now), call)

    @route("GET", "/v1/deployments/{deployment}", scope=keys.WORKSPACE_READ, betas=MANAGED)
    def deployment(self, call: Call) -> Json:
        return self._show(self._find(call.path_args["deployment"]), call.now)

    @route("POST", "/v1/deployments/{deployment}/pause", scope=keys.WORKSPACE_WRITE, betas=MANAGED)
    def pause(self, call: Call) -> Json:
        worker = self._find(call.path_args["deployment"])
        self.world.changes.pause(worker.schedule, call.now)
        return self._show(worker, call.now)

    @route(
        "POST", "/v1/deployments/{deployment}/unpause", scope=keys.WORKSPACE_WRITE, betas=MANAGED
    )
    def unpause(self, call: Call) -> Json:
        worker = self._find(call.path_args["deployment"])
        self.world.changes.resume(worker.schedule, call.now)
        return self._show(worker, call.now)

    @route(
        "GET",
        "/v1/deployment_runs",
        scope=keys.WORKSPACE_READ,
        betas=MANAGED,
        params=(
            "limit",
            "page",
            "created_at",
            "deployment_id",
            "has_error",
            "trigger_type",
            "beta",
        ),
    )
    def runs(self, call: Call) -> Json:
        now = paging.moment(call)
        wanted, trigger = call.one("deployment_id"), call.one("trigger_type")
        workers = self._scheduled() if wanted is None else iter([self._find(wanted)])
        found = self._runs(iter([]) if trigger == "manual" else workers, now)
        failed = call.one("has_error")
        rows = (
            run
            for run in found
            if failed in {None, str(run.failed).lower()} and within(call, run.at)
        )
        return paging.by_token(rows, self._run, call, most=_MOST_RUNS, as_of=now)

    @route("GET", "/v1/deployment_runs/{run}", scope=keys.WORKSPACE_READ, betas=MANAGED)
    def run(self, call: Call) -> Json:
        wanted = call.path_args["run"]
        numbers = ids.read(_RUN_PREFIX, self.world.seed, wanted)
        if numbers is None or numbers[0] >= self.world.count(ANTHROPIC):
            raise Refused(NOT_FOUND, f"deployment run not found: {wanted}")
        worker = self.world.agent(ANTHROPIC, numbers[0])
        for run in self._of_worker(worker, call.now, numbers[1], numbers[1]):
            return self._run(run)
        raise Refused(NOT_FOUND, f"deployment run not found: {wanted}")

    def _scheduled(self) -> Iterator[Worker]:
        return (worker for worker in self.world.agents(ANTHROPIC) if worker.schedule)

    def _find(self, deployment_id: str) -> Worker:
        worker = self.world.find_schedule(ANTHROPIC, _PREFIX, deployment_id)
        if worker is None:
            raise Refused(NOT_FOUND, f"deployment not found: {deployment_id}")
        return worker

    def _status(self, worker: Worker, now: int) -> str:
        return "paused" if self.world.changes.paused(worker.schedule, now) else "active"

    def _runs(self, workers: Iterator[Worker], now: int) -> Iterator[Run]:
        streams = [
            self._of_worker(worker, now, oldest(now) // worker.slot, now // worker.slot)
            for worker in workers
        ]
        return heapq.merge(*streams, key=lambda run: run.at, reverse=True)

    def _of_worker(self, worker: Worker, now: int, first: int, last: int) -> Iterator[Run]:
        world = self.world
        for slot in range(last, first - 1, -1):
            at = world.starts_at(worker, slot)
            ran = world.ran(worker, slot)
            paused = world.changes.paused(worker.schedule, at)
            tried = ran or (not paused and world.run_failed(worker, slot))
            if tried and oldest(now) <= at <= now and at >= worker.created_at:
                yield Run(worker, slot, at, not ran)

    def _show(self, worker: Worker, now: int) -> Json:
        status = self._status(worker, now)
        text = worker.role.topic.exchanges[-1].question
        changed_at = self.world.changes.updated_at.get(worker.schedule, worker.created_at)
        last = next(self._runs(iter([worker]), now), None)
        return {
            "id": worker.schedule,
            "type": "deployment",
            "name": f"{worker.role.name}, scheduled",
            "description": None,
            "agent": reference(self.world, worker),
            "environment_id": ENVIRONMENT,
            "initial_events": [
                {"type": "user.message", "content": [{"type": "text", "text": text}]}
            ],
            "metadata": {},
            "status": status,
            "paused_reason": {"type": "manual"} if status == "paused" else None,
            "resources": [],
            "vault_ids": [],
            "budget": None,
            "schedule": {
                "type": "cron",
                "expression": worker.role.cron,
                "timezone": "UTC",
                "last_run_at": maybe(None if last is None else last.at),
                "upcoming_runs_at": [] if status == "paused" else self._upcoming(worker, now),
            },
            "archived_at": None,
            "created_at": rfc3339(worker.created_at + DAY // 2),
            "updated_at": rfc3339(changed_at),
        }

    def _upcoming(self, worker: Worker, now: int) -> list[str]:
        first = now // worker.slot + 1
        return [
            rfc3339(self.world.starts_at(worker, slot)) for slot in range(first, first + _UPCOMING)
        ]

    def _run(self, run: Run) -> Json:
        code, message = _RUN_ERRORS[run.slot % len(_RUN_ERRORS)]
        return {
            "id": ids.mint(_RUN_PREFIX, self.world.seed, run.worker.index, run.slot),
            "type": "deployment_run",
            "agent": reference(self.world, run.worker),
            "deployment_id": run.worker.schedule,
            "session_id": None if run.failed else self.world.session_id(run.worker, run.slot),
            "error": {"type": code, "message": message} if run.failed else None,
            "trigger_context": {"type": "schedule", "scheduled_at": rfc3339(run.at)},
            "created_at": rfc3339(run.at),
        }
