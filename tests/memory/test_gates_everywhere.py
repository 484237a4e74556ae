"""Whoever decides about memories is asked on every way to them: API, Studio, tools, MCP."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from memory import gates
from memory.gates import Effect, Verdict
from memory.models import Memory
from memory.owners import ORGANIZATION, Owner
from tests.cast import Api, House
from tests.isolation.routes import Route, all_routes
from tests.memory.kept import kept
from tests.memory.running import agent_of

CANARY = "canary-5d1e prefers tea"
SAYS = f"The customer {CANARY} in the afternoon."
NO = Verdict(Effect.DENY, ("Not today.",))
PARTS = ("context", "memor", "preference", "enrich", "learn")
CALL = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
ACCEPT = {"Accept": "application/json, text/event-stream"}


@pytest.fixture
def reading_denied() -> Iterator[None]:
    gates.add_gate("tests", before_read=lambda _: NO)
    yield
    gates.remove_gate("tests")


@pytest.fixture
def writing_denied() -> Iterator[None]:
    gates.add_gate("tests", before_write=lambda _: NO)
    yield
    gates.remove_gate("tests")


@pytest.fixture
def known(house: House) -> dict[str, Any]:
    """Return what is known, and who may ask for it."""
    agent = agent_of(house)
    own = {"owner": Owner("agent", str(agent.pk)), "agent": agent}
    kept(house, SAYS, store="core", key="drink", **own)
    kept(house, f"{SAYS} In winter.", store="episodic", **own)
    memory = kept(house, f"{SAYS} Always.", owner=ORGANIZATION)
    return {"agent": agent, "memory": memory}


def ways() -> list[Route]:
    """Return every way in that is about memories."""
    return [route for route in all_routes() if any(part in route.pattern for part in PARTS)]


def read(house: House, api: Api, known: dict[str, Any]) -> dict[str, bytes]:
    """Look at everything there is to look at, and return what was shown where."""
    browser, shown = house.browser(), {}
    browser.raise_request_exception = False
    for route in ways():
        models = {model._meta.label for model in route.models.values() if model is not None}
        if "GET" not in route.methods or not models <= {"memory.Memory"}:
            continue
        path = route.path(dict.fromkeys(route.models, known["memory"].pk))
        caller = browser if route.door == "studio" else api.client
        headers = {} if route.door == "studio" else api.headers
        answer = caller.get(path, headers=headers)
        shown[path] = b"".join(answer) if answer.streaming else answer.content
    for path, body in _questions(known).items():
        shown[path] = api.post(path, body).content
    for name, told in (("retrieve", {}), ("search", {"query": CANARY})):
        shown[f"mcp {name}"] = _mcp(api, known, name, told)
    return shown


def _questions(known: dict[str, Any]) -> dict[str, dict[str, Any]]:
    agent, memory = {"agent": str(known["agent"].pk)}, known["memory"]
    return {
        "/memory/tools/retrieve": agent,
        "/memory/tools/search": {**agent, "arguments": {"query": CANARY}},
        "/context/search": {"query": CANARY},
        "/memories/search": {"query": CANARY},
        "/memories/recall": {"query": CANARY},
        "/context/export": {"format": "json", "ids": [str(memory.pk)]},
    }


def _mcp(api: Api, known: dict[str, Any], name: str, told: dict[str, Any]) -> bytes:
    call = {**CALL, "params": {"name": f"memory.{name}", "arguments": told}}
    headers = {**api.headers, **ACCEPT, "X-ARM-Agent": str(known["agent"].pk)}
    answer = api.client.post(
        "/api/v1/mcp", json.dumps(call), content_type="application/json", headers=headers
    )
    assert answer.status_code == 200, answer.content
    return bytes(answer.content)


def test_ways_to_memories_are_found_and_show_them(
    house: House, api: Api, known: dict[str, Any]
) -> None:
    shown = read(house, api, known)
    telling = [way for way, body in shown.items() if CANARY.encode() in body]
    assert len(telling) >= 7, sorted(shown)
    for way in ("mcp retrieve", "mcp search", "/memory/tools/retrieve", "/memory/tools/search"):
        assert way in telling


def test_where_reading_is_denied_nothing_is_shown_anywhere(
    house: House, api: Api, known: dict[str, Any], reading_denied: None
) -> None:
    shown = read(house, api, known)
    assert [way for way, body in shown.items() if CANARY.encode() in body] == []


def test_where_writing_is_denied_nothing_is_kept(
    house: House, api: Api, known: dict[str, Any], writing_denied: None
) -> None:
    agent, pk = {"agent": str(known["agent"].pk)}, known["memory"].pk
    new = {"content": "Likes rain.", "owner_type": "user", "owner_id": "u-1"}
    api.headers["X-Memory-Passphrase"] = "a lamp beside the harbour"
    calls = (
        ("post", "/context", new),
        ("post", "/context/batch", {"memories": [new]}),
        ("patch", f"/context/{pk}", {"content": "Likes rain."}),
        ("post", "/memory/tools/store", {**agent, "arguments": {"content": "Likes rain."}}),
        ("post", "/memory/locked", new),
    )
    for method, path, body in calls:
        answer = api.call(method, path, body)
        assert answer.status_code == 403, (path, answer.content)
        assert "Not today." in answer.json()["error"]["message"]
    assert b"Not today." in _mcp(api, known, "store", {"content": "Likes rain."})
    with house.inside():
        assert Memory.objects.count() == 3
        assert not any("rain" in row.content for row in Memory.objects.all())
