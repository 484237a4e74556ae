"""OpenAI's models and reusable agents."""

from collections.abc import Mapping
from typing import Any

from connectors.simulator import keys, paging
from connectors.simulator.activity import HOUR
from connectors.simulator.calls import BAD_REQUEST, NOT_FOUND, Call, Refused, route
from connectors.simulator.changes import Json
from connectors.simulator.clock import day
from connectors.simulator.estate import OPENAI
from connectors.simulator.models import Model, openai_models
from connectors.simulator.workers import Worker
from connectors.simulator.world import World

AGENTS = ("agents=v1",)
LIST = ("after", "limit", "order")
ORDERS = ("asc", "desc")
_MOST_METADATA = 16
_LONGEST_KEY = 64
_LONGEST_VALUE = 512
_MODELS_SINCE = 1_767_225_600
_EDITABLE: Json = {
    "compaction": None,
    "experimental": None,
    "instructions": None,
    "metadata": {},
    "model": "",
    "multi_agent": {"enabled": False, "max_concurrent_subagents": None},
    "name": None,
    "reasoning": {"effort": "medium", "summary": None},
    "service_tier": "auto",
    "text": {"format": {"type": "text"}, "verbosity": "medium"},
    "tools": [],
}


class OpenAIAgents:
    """GET /models, GET and POST /agents."""

    def __init__(self, world: World) -> None:
        self.world = world

    @route("GET", "/models", scope=keys.MODELS)
    def models(self, _call: Call) -> Json:
        return {"object": "list", "data": [_model(model) for model in openai_models(self.world)]}

    @route("GET", "/models/{model}", scope=keys.MODELS)
    def model(self, call: Call) -> Json:
        wanted = call.path_args["model"]
        for model in openai_models(self.world):
            if model.id == wanted:
                return _model(model)
        message = f"The model '{wanted}' does not exist or you do not have access to it."
        raise Refused(NOT_FOUND, message, code="model_not_found", param="model")

    @route("GET", "/agents", scope=keys.AGENTS_READ, betas=AGENTS, params=LIST)
    def agents(self, call: Call) -> Json:
        limit = call.number("limit", paging.DEFAULT, 1, paging.MOST)
        newest_first = call.choice("order", "desc", ORDERS) == "desc"
        workers = self.world.agents(OPENAI, newest_first=newest_first)
        rows = paging.after(workers, call.one("after"), lambda worker: worker.id)
        return paging.by_last_id(rows, self._show, limit)

    @route("GET", "/agents/{agent}", scope=keys.AGENTS_READ, betas=AGENTS)
    def agent(self, call: Call) -> Json:
        return self._show(find(self.world, call.path_args["agent"]))

    @route("POST", "/agents/{agent}", scope=keys.AGENTS_WRITE, betas=AGENTS)
    def update(self, call: Call) -> Json:
        worker = find(self.world, call.path_args["agent"])
        fields = {name: _cleaned(name, value) for name, value in call.body.items()}
        changes = self.world.changes
        changes.edit(worker.id, fields, call.now)
        if "model" in fields:
            since = (call.now // HOUR + 1) * HOUR
            changes.models.setdefault(worker.id, []).append((since, str(fields["model"])))
            changes.edition += 1
        return self._show(worker)

    def _show(self, worker: Worker) -> Json:
        return agent_body(self.world, worker)


def find(world: World, agent_id: str) -> Worker:
    worker = world.find_agent(OPENAI, agent_id)
    if worker is None:
        raise Refused(NOT_FOUND, f"No agent found with id '{agent_id}'.", code="not_found")
    return worker


def agent_body(world: World, worker: Worker) -> Json:
    return {
        "id": worker.id,
        "object": "agent",
        "created_at": worker.created_at,
        "updated_at": world.changes.updated_at.get(worker.id, worker.created_at),
        **settings(world, worker),
    }


def settings(world: World, worker: Worker) -> Json:
    """Show what an agent is made of, with the changes callers made."""
    topic = worker.role.topic
    return {
        **_EDITABLE,
        "name": worker.role.name,
        "model": worker.role.model,
        "instructions": topic.instructions,
        "metadata": {"team": topic.tool.partition("_")[2], "environment": "production"},
        "tools": [
            {
                "type": "function",
                "name": topic.tool,
                "description": topic.tool_purpose,
                "parameters": {
                    "type": "object",
                    "properties": {
                        name: {"type": "string"} for name in topic.exchanges[0].arguments
                    },
                },
                "defer_loading": False,
                "async": None,
            }
        ],
        **world.changes.edits.get(worker.id, {}),
    }


def _model(model: Model) -> Json:
    return {
        "id": model.id,
        "object": "model",
        "created": _MODELS_SINCE,
        "owned_by": "system",
        "shutdown_date": None if model.retires_at is None else day(model.retires_at),
    }


def _cleaned(name: str, value: Any) -> Any:
    """One field of an update as the vendor keeps it."""
    if name not in _EDITABLE:
        message = f"Unknown parameter: '{name}'."
        raise Refused(BAD_REQUEST, message, code="unknown_parameter", param=name)
    if value is None:
        return _EDITABLE[name]
    if name == "metadata":
        _check_metadata(value)
    if name == "tools":
        return [_tool(tool) for tool in value]
    if isinstance(_EDITABLE[name], Mapping) and name != "metadata":
        return {**_EDITABLE[name], **value}
    return value


def _check_metadata(metadata: Any) -> None:
    fine = (
        isinstance(metadata, dict)
        and len(metadata) <= _MOST_METADATA
        and all(
            isinstance(value, str) and len(key) <= _LONGEST_KEY and len(value) <= _LONGEST_VALUE
            for key, value in metadata.items()
        )
    )
    if not fine:
        message = "metadata: up to 16 pairs of strings, keys up to 64 and values up to 512 long"
        raise Refused(BAD_REQUEST, message, code="invalid_value", param="metadata")


def _tool(tool: Any) -> Json:
    kind = tool.get("type") if isinstance(tool, dict) else None
    if kind == "function" and "name" in tool and "parameters" in tool:
        return {"description": "", "defer_loading": False, "async": None, **tool}
    if kind == "mcp" and "server_label" in tool and "server_url" in tool.get("transport", {}):
        return {
            "allowed_tools": None,
            "connection_origin": "service",
            "credential_id": None,
            "request_metadata": {},
            "required": False,
            **tool,
            "transport": {"headers": {}, **tool["transport"]},
        }
    if kind in {"tool_search", "automations"}:
        return {"type": kind}
    message = "tools: each needs a known type and that type's required fields"
    raise Refused(BAD_REQUEST, message, code="invalid_value", param="tools")
