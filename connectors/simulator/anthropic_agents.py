"""Anthropic's models and managed agents."""

from typing import Any

from connectors.simulator import keys, paging
from connectors.simulator.activity import HOUR
from connectors.simulator.calls import BAD_REQUEST, CONFLICT, NOT_FOUND, Call, Refused, route
from connectors.simulator.changes import Json
from connectors.simulator.clock import maybe, rfc3339, within
from connectors.simulator.estate import ANTHROPIC
from connectors.simulator.models import Model, anthropic_models
from connectors.simulator.workers import Worker
from connectors.simulator.world import World

MANAGED = ("managed-agents-2026-04-01",)
LIST = ("limit", "page", "include_archived", "created_at")
_EDITABLE: Json = {
    "description": None,
    "mcp_servers": [],
    "metadata": {},
    "model": "",
    "multiagent": None,
    "name": "",
    "skills": [],
    "system": None,
    "tools": [],
}
_MODELS_SINCE = 1_767_225_600
_YES = {"supported": True}
_NO = {"supported": False}


class AnthropicAgents:
    """GET /v1/models, GET and POST /v1/agents."""

    def __init__(self, world: World) -> None:
        self.world = world

    @route(
        "GET",
        "/v1/models",
        scope=keys.WORKSPACE_READ,
        params=("limit", "after_id", "before_id", "beta"),
    )
    def models(self, call: Call) -> Json:
        rows = [_model(model, call.now) for model in anthropic_models(self.world)]
        return paging.by_neighbour(rows, call)

    @route("GET", "/v1/models/{model}", scope=keys.WORKSPACE_READ)
    def model(self, call: Call) -> Json:
        wanted = call.path_args["model"]
        for model in anthropic_models(self.world):
            if model.id == wanted:
                return _model(model, call.now)
        raise Refused(NOT_FOUND, f"model: {wanted}")

    @route("GET", "/v1/agents", scope=keys.WORKSPACE_READ, betas=MANAGED, params=(*LIST, "beta"))
    def agents(self, call: Call) -> Json:
        workers = self.world.agents(ANTHROPIC)
        rows = (worker for worker in workers if within(call, worker.created_at))
        return paging.by_token(rows, self._show, call)

    @route("GET", "/v1/agents/{agent}", scope=keys.WORKSPACE_READ, betas=MANAGED)
    def agent(self, call: Call) -> Json:
        return self._show(find(self.world, call.path_args["agent"]))

    @route("POST", "/v1/agents/{agent}", scope=keys.WORKSPACE_WRITE, betas=MANAGED)
    def update(self, call: Call) -> Json:
        worker = find(self.world, call.path_args["agent"])
        changes = self.world.changes
        version = changes.versions.get(worker.id, 1)
        asked = call.body.get("version")
        if asked is not None and asked != version:
            message = f"version: the agent is at version {version}, not {asked}; read it again"
            raise Refused(CONFLICT, message)
        before = settings(self.world, worker)
        fields = {
            name: _cleaned(name, value, before)
            for name, value in call.body.items()
            if name != "version"
        }
        if any(before[name] != value for name, value in fields.items()):
            changes.versions[worker.id] = version + 1
            changes.edit(worker.id, fields, call.now)
            self._note_model(worker, fields, call.now)
        return self._show(worker)

    def _note_model(self, worker: Worker, fields: Json, now: int) -> None:
        if "model" in fields:
            since = (now // HOUR + 1) * HOUR
            names = self.world.changes.models.setdefault(worker.id, [])
            names.append((since, str(fields["model"]["id"])))
            self.world.changes.edition += 1

    def _show(self, worker: Worker) -> Json:
        changed_at = self.world.changes.updated_at.get(worker.id, worker.created_at)
        return {
            **agent_body(self.world, worker),
            "archived_at": None,
            "created_at": rfc3339(worker.created_at),
            "updated_at": rfc3339(changed_at),
        }


def find(world: World, agent_id: str) -> Worker:
    worker = world.find_agent(ANTHROPIC, agent_id)
    if worker is None:
        raise Refused(NOT_FOUND, f"agent not found: {agent_id}")
    return worker


def agent_body(world: World, worker: Worker) -> Json:
    """Show an agent as it stands, without its dates: sessions show it like this too."""
    return {
        "id": worker.id,
        "type": "agent",
        "version": world.changes.versions.get(worker.id, 1),
        "execution_identity": {"type": "service_account"},
        **settings(world, worker),
    }


def reference(world: World, worker: Worker) -> Json:
    version = world.changes.versions.get(worker.id, 1)
    return {"type": "agent", "id": worker.id, "version": version}


def settings(world: World, worker: Worker) -> Json:
    topic = worker.role.topic
    return {
        **_EDITABLE,
        "name": worker.role.name,
        "description": topic.tool_purpose,
        "system": topic.instructions,
        "model": _model_config(worker.role.model),
        "metadata": {"team": topic.tool.partition("_")[2]},
        "tools": [
            {
                "type": "custom",
                "name": topic.tool,
                "description": topic.tool_purpose,
                "input_schema": {
                    "type": "object",
                    "properties": {
                        name: {"type": "string"} for name in topic.exchanges[0].arguments
                    },
                    "required": list(topic.exchanges[0].arguments),
                },
            }
        ],
        **world.changes.edits.get(worker.id, {}),
    }


def _model_config(model: str) -> Json:
    return {
        "id": model,
        "effort": {"type": "medium"},
        "inference_geo": None,
        "speed": "standard",
    }


def _cleaned(name: str, value: Any, before: Json) -> Any:
    """One field of an update as the vendor keeps it."""
    if name not in _EDITABLE:
        raise Refused(BAD_REQUEST, f"{name}: Extra inputs are not permitted", param=name)
    if name == "metadata":
        merged = {**before["metadata"], **(value or {})}
        return {key: text for key, text in merged.items() if text is not None}
    if name == "model":
        given = {"id": value} if isinstance(value, str) else value
        return {**_model_config(""), **given}
    if name == "system":
        return value or None
    return _EDITABLE[name] if value is None else value


def _model(model: Model, now: int) -> Json:
    if model.retires_at is None:
        lifecycle = "active"
    else:
        lifecycle = "retired" if model.retires_at <= now else "deprecated"
    return {
        "id": model.id,
        "type": "model",
        "display_name": model.name,
        "created_at": rfc3339(_MODELS_SINCE),
        "line": model.line,
        "lifecycle": lifecycle,
        "deprecated_at": maybe(model.deprecated_at),
        "retires_at": maybe(model.retires_at),
        "max_input_tokens": 1_000_000,
        "max_tokens": 64_000,
        "allowed_fallback_models": None,
        "capabilities": _CAPABILITIES,
    }


_CAPABILITIES = {
    "batch": _YES,
    "citations": _YES,
    "code_execution": _YES,
    "compaction": {"summarize": _YES, "supported": True},
    "context_management": _YES,
    "effort": {"high": _YES, "low": _YES, "max": _NO, "medium": _YES, "supported": True},
    "image_input": _YES,
    "pdf_input": _YES,
    "server_tools": {"code_execution": _YES, "web_search": _YES, "supported": True},
    "structured_outputs": _YES,
    "thinking": {
        "supported": True,
        "types": {"adaptive": _YES, "between_tools": _YES, "disabled": _YES, "enabled": _YES},
    },
}
