"""A vendor played by a table of answers, behind the real client."""

import json
from typing import Any

import httpx2

from armproject.lib.http import Client, Reach
from armproject.lib.secret import Secret
from connectors import registry
from connectors.base import AgentRef, Connector, CredentialKind, Target

Answer = Any  # JSON for a 200, a ready response, an exception, or a function of the request


class Vendor:
    """Answers by "METHOD /path", a list of answers one after the other, and keeps every request.

    What is not in the table is a 404 in the vendor's own form.
    """

    def __init__(self, table: dict[str, Answer], *, attempts: int = 1) -> None:
        self.table = dict(table)
        self.asked: list[httpx2.Request] = []
        self.lanes: list[str] = []
        self.attempts = attempts

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        answer = self.table.get(f"{request.method} {request.url.path}")
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if callable(answer) and not isinstance(answer, httpx2.Response):
            answer = answer(request)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, httpx2.Response):
            return answer
        if answer is None:
            return error(404, "Not found", "not_found_error")
        return httpx2.Response(200, json=answer)

    def connect(self, base_url: str, *, lane: str, **options: Any) -> Client:
        """Make a client that reaches this vendor, with a lane that no other test shares."""
        self.lanes.append(lane)
        transport = httpx2.MockTransport(self)
        return Client(base_url, transport=transport, attempts=self.attempts, **options)

    def connector(self, kind: str, settings: Any = None, **keys: str) -> Connector:
        """Make a connector to this vendor; `admin` and `runtime` are its keys."""
        made = registry.load(kind)
        credentials = {CredentialKind(name): Secret(key) for name, key in keys.items()}
        target = Target(made.default_base_url, credentials, settings or {}, Reach())
        return made(target, self.connect)

    def paths(self) -> list[str]:
        return [f"{request.method} {request.url.path}" for request in self.asked]

    def sent(self, number: int = -1) -> Any:
        return json.loads(self.asked[number].content)


def error(status: int, message: str, code: str = "", **headers: str) -> httpx2.Response:
    """Answer with an error in the form that both vendors' documentation shares."""
    body = {"type": "error", "error": {"type": code or "error", "message": message}}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx2.Response(status, json=body, headers=named)


def ref(agent: str, via: str, model: str = "", **metadata: Any) -> AgentRef:
    return AgentRef(agent, model, via, metadata)


def listed(*rows: dict[str, Any], more: bool = False, **rest: Any) -> dict[str, Any]:
    """Answer with one page of a list, the last one unless there is `more`."""
    return {"object": "list", "data": list(rows), "has_more": more, **rest}
