"""Agents reach the memory tools over the Model Context Protocol, with its official client."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client

from memory.models import Memory, MemoryState
from memory.toolbox import TOOLS
from tests.cast import House, make_house
from tests.memory.kept import TEA
from tests.memory.running import agent_of, run_of
from tests.memory.serving import served

ANNA, BEN = "anna@shop.example", "ben@shop.example"
ASKED = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
ACCEPT = {"Accept": "application/json, text/event-stream"}


@pytest.fixture
def house(committed: None) -> House:
    return make_house("Acme")


def connected(port: int, token: str, work: Callable[[Client], Awaitable[Any]], **told: str) -> Any:
    """Connect as a program with this key does, and return what comes of the work."""
    headers = {f"X-ARM-{name.title()}": value for name, value in told.items()}
    headers["Authorization"] = f"Bearer {token}"

    async def done() -> Any:
        async with httpx2.AsyncClient(headers=headers, timeout=60) as http:
            transport = streamable_http_client(
                f"http://127.0.0.1:{port}/api/v1/mcp", http_client=http
            )
            async with Client(transport) as client:
                return await work(client)

    return asyncio.run(done())


def test_an_agent_stores_finds_reads_and_deletes_over_a_socket(house: House) -> None:
    agent, token = agent_of(house), house.key("developer", ["memories.use"])
    api = house.api()
    first, second, other = (run_of(house, api, agent, user) for user in (ANNA, ANNA, BEN))

    async def store(client: Client) -> Any:
        names = [tool.name for tool in (await client.list_tools()).tools]
        assert names == sorted(TOOLS)
        told = {"content": TEA, "metadata": {"from": "chat"}}
        return (await client.call_tool("memory.store", told)).structured_content

    async def read(client: Client) -> Any:
        return (await client.call_tool("memory.retrieve", {})).structured_content["memories"]

    with served() as port:
        stored = connected(port, token, store, run=str(first.pk))
        [found] = connected(port, token, read, run=str(second.pk))
        assert (found["memory_id"], found["content"]) == (stored["memory_id"], TEA)
        assert connected(port, token, read, run=str(other.pk)) == []

        async def delete(client: Client) -> Any:
            gone = {"memory_id": stored["memory_id"]}
            answer = await client.call_tool("memory.delete", gone)
            assert json.loads(answer.content[0].text) == {"deleted": True}  # type: ignore[union-attr]
            again = await client.call_tool("memory.delete", gone)
            return again.is_error, again.content[0].text  # type: ignore[union-attr]

        failed, sentence = connected(port, token, delete, agent=str(agent.pk), user=ANNA)
        assert (failed, sentence) == (True, "There is no such memory in this run's reach.")
        assert connected(port, token, read, run=str(second.pk)) == []
    with house.inside():
        assert Memory.objects.get().state == MemoryState.FORGOTTEN


def test_what_is_wrong_is_told_to_the_model_as_a_sentence(house: House) -> None:
    agent = agent_of(house, tools=["memory.retrieve"])
    token = house.key("developer", ["memories.use"])

    async def tried(client: Client) -> list[tuple[bool, str]]:
        assert [tool.name for tool in (await client.list_tools()).tools] == ["memory.retrieve"]
        calls = (
            ("memory.store", {"content": TEA}),
            ("memory.retrieve", {"limit": 0}),
            ("memory.retrieve", {"owner_type": "user", "owner_id": BEN}),
            ("finance.transfer", {}),
        )
        answers = [await client.call_tool(name, told) for name, told in calls]
        return [(each.is_error, each.content[0].text) for each in answers]  # type: ignore[union-attr]

    with served() as port:
        said = connected(port, token, tried, agent=agent.name, user=ANNA)
        assert all(failed for failed, _ in said)
        assert [text.split(";")[0].split(".")[0] for _, text in said] == [
            "porter may not use memory",
            "limit: Send a number from 1 to 100",
            "Whose memories these are follows from the run",
            "There is no tool finance",
        ]
        _refuses_who_may_not(port, house, token)


def _refuses_who_may_not(port: int, house: House, token: str) -> None:
    where = f"http://127.0.0.1:{port}/api/v1/mcp"
    for key, status in (("nobody", 401), ("arm_sk_live_x", 401), (house.key("member"), 403)):
        headers = {**ACCEPT, "Authorization": f"Bearer {key}"}
        assert httpx2.post(where, json=ASKED, headers=headers).status_code == status
    bearer = {**ACCEPT, "Authorization": f"Bearer {token}"}
    assert httpx2.get(where, headers=bearer).status_code == 405
    nobody = httpx2.post(where, json=ASKED, headers=bearer).json()
    assert "for which agent you speak" in nobody["error"]["message"]
    strange = httpx2.post(where, json=ASKED, headers={**bearer, "X-ARM-Run": uuid4().hex})
    assert "error" in strange.json()
    for body in (b"[]", b"{", b'{"a": "\\u0000"}', b"{" * 200):
        headers = {**bearer, "Content-Type": "application/json"}
        assert httpx2.post(where, content=body, headers=headers).status_code == 400
