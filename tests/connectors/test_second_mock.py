"""The connectors against a server nobody wrote: invented from the types of the vendor's SDK.

The values are noise, the shapes are exact, and every request must be one that the SDK itself
would send: its path, its parameters and their words, its headers, its fields.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any

import jsonschema
import pytest
from pydantic import TypeAdapter

from armproject.lib.http import Reach
from armproject.lib.secret import Secret
from connectors import registry
from connectors.base import AgentRef, Connector, CredentialKind, Period, Target, Verb
from connectors.spans import DAY, now
from tests.connectors import sdk_document
from tests.connectors.spec_server import Inventor, SpecServer, serving

VENDORS = ("openai", "anthropic")
KEYS = {"admin": "sk-any-0123456789", "runtime": "sk-any-9876543210"}
BASE = {"openai": "/v1", "anthropic": ""}
SEEDS = range(6)
DAWN, DUSK = datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
SURE = {"openai": "agents_api", "anthropic": "managed_agents"}
CANDIDATE = {"openai": "service_account", "anthropic": "api_key"}

document = cache(sdk_document.document)


@pytest.fixture(params=[(vendor, seed) for vendor in VENDORS for seed in SEEDS])
def server(request: pytest.FixtureRequest) -> Iterator[tuple[str, SpecServer]]:
    vendor, seed = request.param
    with serving(document(vendor), seed) as running:
        yield vendor, running


def connect(vendor: str, server: SpecServer, keys: dict[str, str] = KEYS) -> Connector:
    credentials = {CredentialKind(kind): Secret(key) for kind, key in keys.items()}
    base_url = f"http://{server.authority}{BASE[vendor]}"
    reach = Reach(frozenset({server.authority}))
    return registry.load(vendor)(Target(base_url, credentials, {}, reach))


def every_verb(vendor: str, connector: Connector) -> dict[Verb, Any]:
    """Use a connector in every way, and return what each verb said."""
    end = now()
    agent = AgentRef("agent_1", "some model", SURE[vendor])
    other = AgentRef("candidate_1", "", CANDIDATE[vendor])
    return {
        Verb.TEST: connector.test(),
        Verb.DISCOVER: connector.discover(),
        Verb.HEALTH: (connector.health(agent), connector.health(other)),
        Verb.USAGE: list(connector.usage(Period(end - 2 * DAY, end))),
        Verb.COSTS: list(connector.costs(Period(end - 40 * DAY, end))),
        Verb.INTERACTIONS: list(connector.interactions(agent, limit=500)),
        Verb.PAUSE: (connector.pause(agent), connector.pause(other)),
        Verb.RESUME: (connector.resume(agent), connector.resume(other)),
        Verb.INJECT: (connector.inject(agent, "Speak German."), connector.inject(agent, "")),
    }


def test_every_verb_understands_whatever_the_types_allow(server: tuple[str, SpecServer]) -> None:
    vendor, running = server
    with connect(vendor, running) as connector:
        said = every_verb(vendor, connector)
    assert running.violations == []
    assert all(report.ok for report in said[Verb.TEST])
    assert said[Verb.DISCOVER].unread == ()
    assert len([each for each in said[Verb.DISCOVER].agents if each.confidence == 1]) >= 2
    assert said[Verb.HEALTH][0].exists in {True, False}
    assert said[Verb.INTERACTIONS]
    assert said[Verb.INJECT][0].startswith(("instructions", "system prompt"))


@pytest.mark.parametrize("vendor", VENDORS)
def test_together_the_runs_use_every_operation_and_no_other(vendor: str) -> None:
    used: set[str] = set()
    rows: dict[Verb, int] = dict.fromkeys((Verb.USAGE, Verb.COSTS, Verb.INTERACTIONS), 0)
    for seed in SEEDS:
        with serving(document(vendor), seed) as running:
            with connect(vendor, running) as connector:
                said = every_verb(vendor, connector)
            used |= running.used
        rows = {verb: total + len(said[verb]) for verb, total in rows.items()}
    known = sdk_document.OPENAI if vendor == "openai" else sdk_document.ANTHROPIC
    assert used == set(known)
    assert all(rows.values())


def test_with_a_runtime_key_alone_usage_is_read_from_sessions() -> None:
    with serving(document("openai"), 3) as running:
        runtime = {"runtime": KEYS["runtime"]}
        with connect("openai", running, runtime) as connector:
            rows = list(connector.usage(Period(DAWN, DUSK)))
        assert running.violations == []
        assert running.used == {"beta.agents.sessions.list"}
    assert {row.source for row in rows} == {"sessions"}


@pytest.mark.parametrize("vendor", VENDORS)
def test_what_is_injected_is_read_back_and_gone_again(vendor: str) -> None:
    with serving(document(vendor)) as running, connect(vendor, running) as connector:
        agent = AgentRef("agent_1", "", SURE[vendor])
        path = "/v1/agents/agent_1"
        field = "instructions" if vendor == "openai" else "system"
        connector.inject(agent, "Speak German.")
        assert "Speak German." in running.posted[path][field]
        connector.inject(agent, "")
        assert "ARM:" not in (running.posted[path][field] or "")
        assert running.violations == []


@pytest.mark.parametrize("vendor", VENDORS)
def test_what_the_server_invents_is_what_the_sdk_reads(vendor: str) -> None:
    written = document(vendor)
    schemas = written["components"]["schemas"]
    for operation in sdk_document.operations(vendor):
        path = written["paths"][operation.path][operation.method.lower()]
        schema = path["responses"]["200"]["content"]["application/json"]["schema"]
        for seed in SEEDS:
            body = Inventor(schemas, f"{seed}").value(schema)
            jsonschema.validate(body, schema | {"components": written["components"]})
            TypeAdapter(operation.answer).validate_python(body)


@pytest.mark.parametrize(
    ("method", "target", "complaint"),
    [
        ("GET", "/v1/assistants", "no such path"),
        ("GET", "/v1/agents?cursor=x", "unknown parameter cursor"),
        ("GET", "/v1/agents?order=upwards", "upwards is no order"),
        ("GET", "/v1/agents", "header openai-beta: None"),
    ],
)
def test_the_server_refuses_what_the_sdk_would_not_send(
    method: str, target: str, complaint: str
) -> None:
    with serving(document("openai")) as running:
        status, _ = running.answer(method, target, {}, b"")
    assert status == 404
    assert running.violations == [f"{method} {target}: {complaint}"]
