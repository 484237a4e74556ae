"""An OpenAPI document written by a vendor's own SDK: what it sends, and the types it reads.

Every operation is called once with every parameter it knows, on a transport that only listens.
What is heard is the path, the query and the headers; the method's return type is the answer.
"""

import collections.abc
import inspect
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import anthropic
import httpx2
import openai
from pydantic import TypeAdapter

HEADERS = ("openai-beta", "anthropic-beta", "anthropic-version")
NOT_SENT = {"extra_headers", "extra_query", "extra_body", "timeout", "betas", "workspace_id"}
MARK = "zz-"

OPENAI = (
    "models.list",
    "models.retrieve",
    "beta.agents.list",
    "beta.agents.retrieve",
    "beta.agents.update",
    "beta.agents.automations.list",
    "beta.agents.automations.pause",
    "beta.agents.automations.resume",
    "beta.agents.sessions.list",
    "beta.agents.sessions.retrieve",
    "beta.agents.sessions.events.create",
    "beta.agents.sessions.items.list",
    "beta.agents.sessions.turns.list",
    "admin.organization.projects.list",
    "admin.organization.projects.api_keys.list",
    "admin.organization.projects.service_accounts.list",
    "admin.organization.usage.completions",
    "admin.organization.usage.costs",
)
ANTHROPIC = (
    "models.list",
    "models.retrieve",
    "beta.agents.list",
    "beta.agents.retrieve",
    "beta.agents.update",
    "beta.deployments.list",
    "beta.deployments.pause",
    "beta.deployments.unpause",
    "beta.deployment_runs.list",
    "beta.sessions.list",
    "beta.sessions.events.list",
    "beta.sessions.events.send",
    "beta.organization.analytics.cost.list",
    "beta.organization.analytics.usage.list",
    "organization.api_keys.list",
    "organization.api_keys.retrieve",
    "organization.api_keys.update",
)


@dataclass
class Operation:
    """One call as the SDK makes it; `parts` are the parameters' own names."""

    name: str
    method: str
    path: str
    query: set[str]
    headers: dict[str, str]
    parts: set[str]
    choices: dict[str, set[str]]
    answer: Any


def operations(vendor: str) -> list[Operation]:
    """Return every operation that ARM uses of this vendor."""
    heard: list[httpx2.Request] = []

    def listen(request: httpx2.Request) -> httpx2.Response:
        heard.append(request)
        return httpx2.Response(200, json={})

    http = httpx2.Client(transport=httpx2.MockTransport(listen))
    made: Any
    if vendor == "openai":
        made = openai.OpenAI(
            api_key="k", admin_api_key="a", base_url="http://sdk.test/v1", http_client=http
        )
    else:
        made = anthropic.Anthropic(api_key="k", base_url="http://sdk.test", http_client=http)
    names = OPENAI if vendor == "openai" else ANTHROPIC
    return [_operation(name, _method(made, name), heard) for name in names]


def document(vendor: str) -> dict[str, Any]:
    """Return the OpenAPI document of the operations that ARM uses of this vendor."""
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    for operation in operations(vendor):
        prefix = re.sub(r"\W", "_", operation.name)
        template = f"#/components/schemas/{prefix}_{{model}}"
        schema = TypeAdapter(operation.answer).json_schema(
            ref_template=template, mode="serialization"
        )
        schemas |= {f"{prefix}_{name}": each for name, each in schema.pop("$defs", {}).items()}
        paths.setdefault(operation.path, {})[operation.method.lower()] = {
            "operationId": operation.name,
            "parameters": [
                *(
                    {"in": "query", "name": name, "schema": _enum(operation.choices, name)}
                    for name in sorted(operation.query)
                ),
                *(
                    {"in": "header", "name": name, "schema": {"const": value}}
                    for name, value in operation.headers.items()
                ),
            ],
            "x-parts": sorted(operation.parts),
            "responses": {"200": {"content": {"application/json": {"schema": schema}}}},
        }
    return {"openapi": "3.1.0", "paths": paths, "components": {"schemas": schemas}}


def _method(made: Any, name: str) -> Callable[..., Any]:
    for part in name.split("."):
        made = getattr(made, part)
    return made


def _operation(name: str, method: Callable[..., Any], heard: list[httpx2.Request]) -> Operation:
    hints = get_type_hints(method)
    ids, options = [], {}
    for parameter in inspect.signature(method).parameters.values():
        if parameter.kind is parameter.POSITIONAL_OR_KEYWORD:
            ids.append(f"{MARK}{parameter.name}")
        elif parameter.name not in NOT_SENT:
            options[parameter.name] = _sample(hints[parameter.name])
    heard.clear()
    try:
        method(*ids, **options)
    except (openai.OpenAIError, anthropic.AnthropicError, ValueError, TypeError, AttributeError):
        if not heard:
            raise
    request = heard[0]
    return Operation(
        name=name,
        method=request.method,
        path=re.sub(rf"{MARK}(\w+)", r"{\1}", request.url.path),
        query=set(request.url.params.keys()),
        headers={key: request.headers[key] for key in HEADERS if key in request.headers},
        parts=set(options),
        choices={part: words for part in options if (words := _literals(hints[part]))},
        answer=hints["return"],
    )


def _literals(hint: Any) -> set[str]:
    """Return the words that this type allows, if it allows only some."""
    if get_origin(hint) is Literal:
        return set(map(str, get_args(hint)))
    return set().union(*map(_literals, get_args(hint)))


def _enum(choices: dict[str, set[str]], name: str) -> dict[str, Any]:
    words = choices.get(name.removesuffix("[]"))
    return {"enum": sorted(words)} if words else {}


def _sample(hint: Any) -> Any:
    """Return some value of this type, for the SDK to send."""
    origin, inside = get_origin(hint), get_args(hint)
    if origin is Literal:
        return inside[0]
    if origin in {Union, UnionType}:
        return next(_sample(each) for each in inside if each is not NoneType)
    if origin in {list, collections.abc.Iterable, collections.abc.Sequence} or "Sequence" in str(
        origin
    ):
        return [_sample(inside[0])]
    if origin is dict or hint is dict:
        return {"key": "value"}
    plain: Sequence[tuple[type, Any]] = (
        (bool, True),
        (int, 1),
        (str, "x"),
        (datetime, datetime(2026, 11, 1, tzinfo=UTC)),
    )
    return next((value for kind, value in plain if hint is kind), {})
