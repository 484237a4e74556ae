"""The simulator refuses what the vendors refuse, and fails in the ways networks fail."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import islice
from threading import Thread
from typing import Any

import anthropic
import httpx2
import openai
import pytest

from connectors.simulator import Simulator, keys
from connectors.simulator.calls import Call
from tests.connectors.caller import MIDNIGHT, NOW, Caller, Clock

DAY = 86_400
USAGE = "/organization/usage/completions"
ANALYTICS = "/v1/organizations/analytics/usage"


@pytest.fixture
def caller() -> Iterator[Caller]:
    with Simulator(seed=7, now=Clock()) as simulator:
        yield Caller(simulator)


def gpt(caller: Caller, **given: Any) -> openai.OpenAI:
    usual = {"api_key": keys.OPENAI_RUNTIME, "admin_api_key": keys.OPENAI_ADMIN}
    url = caller.simulator.openai_url
    return openai.OpenAI(base_url=url, **{"max_retries": 0, **usual, **given})


def claudia(caller: Caller, key: str = keys.ANTHROPIC_RUNTIME) -> anthropic.Anthropic:
    url = caller.simulator.anthropic_url
    return anthropic.Anthropic(base_url=url, api_key=key, max_retries=0)


def fault(caller: Caller, vendor: str, path: str, name: str, **more: Any) -> None:
    caller.control("/faults", {"vendor": vendor, "path": path, "fault": name, **more})


# what the vendors refuse


@pytest.mark.parametrize(
    ("key", "error", "code"),
    [
        ("sk-unknown", openai.AuthenticationError, "invalid_api_key"),
        (keys.OPENAI_REVOKED, openai.AuthenticationError, "invalid_api_key"),
        (keys.OPENAI_NO_SCOPE, openai.PermissionDeniedError, "missing_scope"),
        (keys.OPENAI_ADMIN, openai.PermissionDeniedError, "missing_scope"),
    ],
)
def test_openai_refuses_keys(caller: Caller, key: str, error: type[Any], code: str) -> None:
    with pytest.raises(error) as refused:
        gpt(caller, api_key=key).beta.agents.list()
    assert refused.value.code == code
    assert refused.value.request_id.startswith("req_")


def test_openai_names_the_missing_scope(caller: Caller) -> None:
    agent = caller.rows("openai", "/agents")[0]["id"]
    with pytest.raises(openai.PermissionDeniedError, match=r"Missing scopes: api\.agents\.write"):
        gpt(caller, api_key=keys.OPENAI_READ_ONLY).beta.agents.update(agent, instructions="x")
    with pytest.raises(openai.PermissionDeniedError, match=r"Missing scopes: api\.usage\.read"):
        gpt(caller, admin_api_key=keys.OPENAI_ADMIN_NO_USAGE).admin.organization.usage.costs(
            start_time=NOW
        )
    with pytest.raises(openai.PermissionDeniedError, match="Missing scopes"):
        gpt(caller, admin_api_key=keys.OPENAI_RUNTIME).admin.organization.projects.list()


@pytest.mark.parametrize(
    ("key", "error", "kind"),
    [
        ("sk-ant-unknown", anthropic.AuthenticationError, "authentication_error"),
        (keys.ANTHROPIC_REVOKED, anthropic.AuthenticationError, "authentication_error"),
        (keys.ANTHROPIC_ADMIN, anthropic.AuthenticationError, "authentication_error"),
        (keys.ANTHROPIC_NO_SCOPE, anthropic.PermissionDeniedError, "permission_error"),
    ],
)
def test_anthropic_refuses_keys(caller: Caller, key: str, error: type[Any], kind: str) -> None:
    with pytest.raises(error) as refused:
        claudia(caller, key).beta.agents.list()
    assert refused.value.body["error"]["type"] == kind
    assert refused.value.request_id == refused.value.body["request_id"]


def test_anthropic_admin_endpoints_refuse_workspace_keys(caller: Caller) -> None:
    with pytest.raises(anthropic.PermissionDeniedError, match="Admin API key"):
        claudia(caller).beta.organization.retrieve()
    limited = claudia(caller, keys.ANTHROPIC_ADMIN_NO_ANALYTICS).beta.organization
    assert limited.retrieve().name
    with pytest.raises(anthropic.PermissionDeniedError, match="read:analytics"):
        limited.analytics.usage.list(starting_at="2026-11-20T00:00:00Z")
    legacy = caller.ask(
        "anthropic",
        "/v1/organizations/cost_report",
        key=keys.ANTHROPIC_ADMIN_NO_ANALYTICS,
        starting_at="2026-11-20T00:00:00Z",
    )
    assert legacy.status_code == 200


def test_both_ways_to_send_an_anthropic_key_work(caller: Caller) -> None:
    headers = {"anthropic-version": "2026-10-21", "authorization": ""}
    response = caller.ask("anthropic", "/v1/models", headers=headers)
    assert response.status_code == 401
    headers["x-api-key"] = keys.ANTHROPIC_RUNTIME
    assert caller.ask("anthropic", "/v1/models", headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("vendor", "path", "headers", "word"),
    [
        ("openai", "/agents", {}, "OpenAI-Beta: agents=v1"),
        ("anthropic", "/v1/agents", {"anthropic-version": "2026-10-21"}, "managed-agents"),
        ("anthropic", ANALYTICS, {"anthropic-version": "2026-10-21"}, "analytics-usage-cost"),
        ("anthropic", "/v1/models", {}, "anthropic-version"),
        ("anthropic", "/v1/models", {"anthropic-version": "1999-01-01"}, "anthropic-version"),
    ],
)
def test_headers_the_vendor_wants_are_wanted(
    caller: Caller, vendor: str, path: str, headers: dict[str, str], word: str
) -> None:
    response = caller.ask(vendor, path, headers=headers)
    assert response.status_code == 400
    assert word in response.json()["error"]["message"]


@pytest.mark.parametrize(
    ("vendor", "path", "params"),
    [
        ("openai", "/agents", {"limit": 101}),
        ("openai", "/agents", {"limit": "many"}),
        ("openai", "/agents", {"page": "2"}),
        ("openai", "/agents", {"after": "agent_unknown"}),
        ("openai", USAGE, {}),
        ("openai", USAGE, {"start_time": NOW, "limit": 32}),
        ("openai", USAGE, {"start_time": NOW, "bucket_width": "1h", "limit": 169}),
        ("openai", USAGE, {"start_time": NOW, "bucket_width": "1w"}),
        ("openai", USAGE, {"start_time": NOW, "group_by__": "colour"}),
        ("openai", USAGE, {"start_time": NOW, "page": "nonsense"}),
        ("openai", "/organization/costs", {"start_time": NOW, "bucket_width": "1h"}),
        (
            "openai",
            "/organization/costs",
            {"start_time": NOW, "group_by__": ["user_id", "project_id"]},
        ),
        ("anthropic", "/v1/agents", {"limit": 101}),
        ("anthropic", "/v1/agents", {"after_id": "x"}),
        ("anthropic", "/v1/models", {"limit": 1001}),
        ("anthropic", "/v1/sessions", {"statuses__": "asleep"}),
        ("anthropic", ANALYTICS, {}),
        ("anthropic", ANALYTICS, {"starting_at": "2026-11-20"}),
        ("anthropic", ANALYTICS, {"starting_at": "2025-12-31T00:00:00Z"}),
        ("anthropic", ANALYTICS, {"starting_at": "2026-11-20T00:00:00Z", "limit": 1001}),
        (
            "anthropic",
            ANALYTICS,
            {"starting_at": "2026-11-20T00:00:00Z", "time_bucket_width": "1d"},
        ),
        (
            "anthropic",
            ANALYTICS,
            {"starting_at": "2026-09-01T00:00:00Z", "ending_at": "2026-11-01T00:00:00Z"},
        ),
        (
            "anthropic",
            ANALYTICS,
            {
                "starting_at": "2026-11-20T00:00:00Z",
                "group_by__": [
                    "agent_id",
                    "model",
                    "api_key_id",
                    "workspace_id",
                    "session_id",
                    "deployment_id",
                ],
            },
        ),
    ],
)
def test_requests_beyond_the_documented_limits_are_refused(
    caller: Caller, vendor: str, path: str, params: dict[str, Any]
) -> None:
    response = caller.ask(vendor, path, **params)
    assert response.status_code == 400, response.text
    assert response.json()["error"]["message"]


@pytest.mark.parametrize(
    ("vendor", "path"),
    [
        ("openai", "/agents/agent_x"),
        ("openai", "/assistants"),
        ("openai", "/agents/automations/auto_x"),
        ("openai", "/agents/sessions/asess_x"),
        ("openai", "/organization/projects/proj_x/api_keys"),
        ("anthropic", "/v1/agents/agent_x"),
        ("anthropic", "/v1/models/claude-x"),
        ("anthropic", "/v1/sessions/sesn_x/events"),
        ("anthropic", "/v1/deployments/depl_x"),
    ],
)
def test_what_is_not_there_is_not_found(caller: Caller, vendor: str, path: str) -> None:
    response = caller.ask(vendor, path)
    assert response.status_code == 404
    assert response.json()["error"]["message"]


def test_answers_carry_ids_and_rate_limits(caller: Caller) -> None:
    openai_headers = caller.ask("openai", "/models").headers
    anthropic_headers = caller.ask("anthropic", "/v1/models").headers
    assert openai_headers["x-request-id"].startswith("req_")
    assert int(openai_headers["x-ratelimit-remaining-requests"]) > 0
    assert anthropic_headers["request-id"].startswith("req_")
    assert anthropic_headers["anthropic-organization-id"]
    assert int(anthropic_headers["anthropic-ratelimit-requests-remaining"]) > 0


# faults on demand


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503, 529])
@pytest.mark.parametrize(("vendor", "path"), [("openai", "/agents"), ("anthropic", "/v1/agents")])
def test_a_status_fault_strikes_as_often_as_asked(
    caller: Caller, vendor: str, path: str, status: int
) -> None:
    fault(caller, vendor, "/agents", str(status), times=2, retry_after=2)
    answers = [caller.ask(vendor, path) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [status, status, 200]
    assert answers[0].headers["retry-after"] == "2"
    assert answers[0].json()["error"]["message"]
    assert "retry-after" not in answers[2].headers


def test_a_fault_may_be_meant_for_one_key(caller: Caller) -> None:
    fault(caller, "openai", "/agents", "500", key=keys.OPENAI_READ_ONLY)
    assert caller.ask("openai", "/agents").status_code == 200
    assert caller.ask("openai", "/agents", key=keys.OPENAI_READ_ONLY).status_code == 500
    caller.control("/faults", method="DELETE")
    assert caller.ask("openai", "/agents", key=keys.OPENAI_READ_ONLY).status_code == 200


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("hang", httpx2.ReadTimeout),
        ("drip", httpx2.ReadTimeout),
        ("flood", httpx2.ReadTimeout),
        ("truncated", httpx2.RemoteProtocolError),
    ],
)
def test_the_wire_can_fail(caller: Caller, name: str, error: type[Exception]) -> None:
    fault(caller, "openai", "/models", name)
    headers = {"authorization": f"Bearer {keys.OPENAI_RUNTIME}"}
    url = f"{caller.simulator.openai_url}/models"
    with pytest.raises(error):
        read_for_a_second(url, headers)


def read_for_a_second(url: str, headers: dict[str, str]) -> None:
    deadline = time.monotonic() + 1
    with (
        httpx2.Client(timeout=0.3) as client,
        client.stream("GET", url, headers=headers) as answer,
    ):
        for _ in answer.iter_raw():
            if time.monotonic() > deadline:
                raise httpx2.ReadTimeout("still reading after a second")


def test_malformed_json_is_malformed(caller: Caller) -> None:
    fault(caller, "anthropic", "/v1/models", "malformed")
    response = caller.ask("anthropic", "/v1/models")
    assert response.status_code == 200
    with pytest.raises(ValueError, match="Unterminated string"):
        response.json()


@pytest.mark.parametrize(
    ("vendor", "path"),
    [
        ("openai", "/agents"),
        ("openai", "/organization/projects"),
        ("anthropic", "/v1/agents"),
        ("anthropic", "/v1/organizations/api_keys"),
    ],
)
def test_lists_can_be_made_endless(caller: Caller, vendor: str, path: str) -> None:
    fault(caller, vendor, path, "endless")
    cursors = set()
    cursor: dict[str, str] = {}
    for _ in range(5):
        page = caller.get(vendor, path, **cursor)
        name = "page" if "next_page" in page else "after" if vendor == "openai" else "after_id"
        cursor = {name: page.get("next_page") or page["last_id"]}
        cursors.add(cursor[name])
        assert page.get("has_more", True)
    assert len(cursors) == 5


@pytest.mark.parametrize(("vendor", "path"), [("openai", "/agents"), ("anthropic", "/v1/sessions")])
def test_a_cursor_can_be_made_to_repeat(caller: Caller, vendor: str, path: str) -> None:
    fault(caller, vendor, path, "repeat_cursor")
    first = caller.get(vendor, path, limit=2)
    name, cursor = (
        ("after", first["last_id"]) if vendor == "openai" else ("page", first["next_page"])
    )
    second = caller.get(vendor, path, limit=2, **{name: cursor})
    assert second == first


def test_the_third_page_can_fail(caller: Caller) -> None:
    fault(caller, "openai", "/agents", "page_3_fails", times=2)
    agents = gpt(caller).beta.agents
    with pytest.raises(openai.InternalServerError):
        list(agents.list(limit=2))
    with pytest.raises(openai.InternalServerError):
        list(islice(agents.list(limit=2), 5))
    assert len(list(agents.list(limit=2))) == 9


@pytest.mark.parametrize(
    ("vendor", "path", "params"),
    [
        ("openai", USAGE, {"start_time": MIDNIGHT - DAY, "end_time": MIDNIGHT}),
        ("anthropic", ANALYTICS, {"starting_at": "2026-11-20T00:00:00Z"}),
    ],
)
def test_usage_can_be_made_wrong(
    caller: Caller, vendor: str, path: str, params: dict[str, Any]
) -> None:
    good = caller.get(vendor, path, **params)
    fault(caller, vendor, path, "negative_tokens", times=1)
    fault(caller, vendor, path, "duplicate_usage", times=1)
    fault(caller, vendor, path, "schema_change", times=1)
    negative, doubled, changed = (caller.get(vendor, path, **params) for _ in range(3))
    assert min(_tokens(negative)) < 0 <= min(_tokens(good))
    assert _tokens(doubled) == [*_tokens(good), *_tokens(good)]
    assert "data" not in changed
    assert caller.get(vendor, path, **params) == good


def _tokens(page: Any) -> list[int]:
    rows = [row for row in page["data"] if "usage" in row] or [
        row for bucket in page["data"] for row in bucket["results"]
    ]
    return [row.get("usage", row)["output_tokens"] for row in rows]


def test_requests_are_logged_without_their_keys(caller: Caller) -> None:
    caller.get("openai", "/agents", limit=3)
    entry = caller.control("/requests", method="GET")["requests"][-1]
    assert (entry["method"], entry["path"]) == ("GET", "/agents")
    assert entry["query"] == [["limit", "3"]]
    assert keys.OPENAI_RUNTIME not in str(entry)
    assert entry["key"] == "sk-demo-…time"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/faults", {"fault": "earthquake"}),
        ("/world", {"vendor": "openai", "action": "dance"}),
        ("/world", {"vendor": "nobody", "action": "add_agent"}),
        ("/world", {"vendor": "openai", "action": "remove_agent", "agent": "nobody"}),
        ("/nothing", {}),
    ],
)
def test_unknown_switches_say_what_there_is(caller: Caller, path: str, body: Any) -> None:
    response = caller.http.post(f"{caller.simulator.url}/_control{path}", json=body)
    assert response.status_code in {400, 404}
    assert len(response.json()["error"]) > 10


def test_the_switches_are_for_this_machine_only(caller: Caller) -> None:
    call = Call("GET", "/_control/requests", [], {}, {}, NOW)
    assert caller.simulator.reply(call, "192.0.2.7").status == 403


@pytest.mark.parametrize("body", ["[1]", "{", "null"])
def test_bodies_that_are_no_objects_are_refused(caller: Caller, body: str) -> None:
    response = caller.http.post(f"{caller.simulator.openai_url}/agents/x", content=body)
    assert response.status_code == 400


@pytest.mark.parametrize("name", ["hang", "drip", "flood"])
def test_stopping_takes_less_than_a_second_whoever_waits(name: str) -> None:
    simulator = Simulator(seed=7, now=Clock()).start()
    fault(Caller(simulator), "openai", "/models", name)
    headers = {"authorization": f"Bearer {keys.OPENAI_RUNTIME}"}
    url = f"{simulator.openai_url}/models"

    def wait() -> None:
        with pytest.raises(httpx2.HTTPError):
            httpx2.get(url, headers=headers, timeout=20)

    waiting = Thread(target=wait)
    waiting.start()
    time.sleep(0.4)
    started = time.monotonic()
    simulator.stop()
    assert time.monotonic() - started < 1
    waiting.join(5)
    assert not waiting.is_alive()


def test_the_command_prints_its_address_and_stops_when_told() -> None:
    command = [sys.executable, "-m", "connectors.simulator", "--port", "0", "--agents", "3"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        headers = {"authorization": f"Bearer {keys.OPENAI_RUNTIME}", "openai-beta": "agents=v1"}
        agents = httpx2.get(f"{url}/openai/v1/agents", headers=headers).json()["data"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(5) == 0
    assert len(agents) == 3
