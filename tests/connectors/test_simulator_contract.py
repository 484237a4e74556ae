"""The vendors' own SDKs, as referees: every answer of the simulator is one they would accept."""

import inspect
from collections.abc import Callable, Iterator
from functools import cache
from itertools import islice
from typing import Any

import anthropic
import httpx2
import openai
import pytest
from anthropic.types import beta as claude
from anthropic.types.beta import memory_stores, organization, sessions
from anthropic.types.beta.organization import analytics
from openai.types import Model
from openai.types.admin.organization import (
    Project,
    UsageCompletionsResponse,
    UsageCostsResponse,
)
from openai.types.admin.organization.projects import ProjectAPIKey, ProjectServiceAccount
from openai.types.beta import Agent, AgentSession, AgentSessionItem
from openai.types.beta.agents import Automation
from openai.types.beta.agents.sessions import Turn
from pydantic import TypeAdapter

from connectors.simulator import Simulator, keys

NOW = 1_795_257_000.0  # 2026-11-21 10:30 UTC
DAY = 86_400
SINCE = "2026-11-14T00:00:00Z"
UNTIL = "2026-11-21T00:00:00Z"
MANY_PAGES = 400


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with Simulator(seed=7, now=lambda: NOW) as running:
        yield running


type_adapter = cache(TypeAdapter)


class Referee:
    """An SDK client whose raw answers are kept, to be judged by the SDK's own types."""

    def __init__(self) -> None:
        self.seen: list[Any] = []
        self.http = httpx2.Client(event_hooks={"response": [self._keep]})

    def _keep(self, response: httpx2.Response) -> None:
        response.read()
        self.seen.append(response.json() if response.content else None)

    def judge(self, answer: Any, kind: Any) -> list[Any]:
        """Follow every page, then hold each raw answer against the SDK's type."""
        if hasattr(answer, "iter_pages"):
            pages = list(islice(answer.iter_pages(), MANY_PAGES))
            assert len(pages) < MANY_PAGES, "the pages never end"
            rows = [row for page in self.seen for row in page["data"]]
            assert len(rows) == sum(len(page.data) for page in pages)
        else:
            rows = list(self.seen)
        self.seen.clear()
        for row in rows:
            type_adapter(kind).validate_python(row)
        return rows


class OpenAIReferee(Referee):
    def __init__(self, simulator: Simulator) -> None:
        super().__init__()
        self.client = openai.OpenAI(
            api_key=keys.OPENAI_RUNTIME,
            admin_api_key=keys.OPENAI_ADMIN,
            base_url=simulator.openai_url,
            http_client=self.http,
            max_retries=0,
        )


class AnthropicReferee(Referee):
    def __init__(self, simulator: Simulator) -> None:
        super().__init__()
        self.client = self._client(simulator, keys.ANTHROPIC_RUNTIME)
        self.admin = self._client(simulator, keys.ANTHROPIC_ADMIN)

    def _client(self, simulator: Simulator, key: str) -> anthropic.Anthropic:
        return anthropic.Anthropic(
            api_key=key, base_url=simulator.anthropic_url, http_client=self.http, max_retries=0
        )


@pytest.fixture
def gpt(simulator: Simulator) -> OpenAIReferee:
    return OpenAIReferee(simulator)


@pytest.fixture
def claudia(simulator: Simulator) -> AnthropicReferee:
    return AnthropicReferee(simulator)


def test_openai_models(gpt: OpenAIReferee) -> None:
    rows = gpt.judge(gpt.client.models.list(), Model)
    assert sum(row["shutdown_date"] is not None for row in rows) == 1
    assert gpt.judge(gpt.client.models.retrieve("gpt-5.5"), Model)[0]["id"] == "gpt-5.5"


def test_openai_agents(gpt: OpenAIReferee) -> None:
    agents = gpt.client.beta.agents
    rows = gpt.judge(agents.list(limit=4), Agent)
    assert len({row["id"] for row in rows}) == len(rows) == 9
    assert gpt.judge(agents.retrieve(rows[0]["id"]), Agent) == [rows[0]]
    rising = gpt.judge(agents.list(limit=4, order="asc"), Agent)
    assert rising == rows[::-1]


def test_openai_agents_can_be_changed(gpt: OpenAIReferee) -> None:
    agents = gpt.client.beta.agents
    first = gpt.judge(agents.list(), Agent)[0]
    tool = {
        "type": "mcp",
        "server_label": "arm",
        "transport": {"type": "http", "server_url": "https://arm.example.com/mcp"},
    }
    changed = gpt.judge(
        agents.update(first["id"], instructions="Be brief.", tools=[tool], metadata={"a": "b"}),
        Agent,
    )[0]
    assert changed["instructions"] == "Be brief."
    assert changed["tools"][0]["server_label"] == "arm"
    assert changed["updated_at"] == NOW > first["updated_at"]
    assert gpt.judge(agents.retrieve(first["id"]), Agent) == [changed]


def test_openai_automations(gpt: OpenAIReferee) -> None:
    automations = gpt.client.beta.agents.automations
    rows = gpt.judge(automations.list(limit=2), Automation)
    assert {row["status"] for row in rows} == {"active", "paused", "completed"}
    active = next(row["id"] for row in rows if row["status"] == "active")
    assert gpt.judge(automations.pause(active), Automation)[0]["status"] == "paused"
    assert gpt.judge(automations.retrieve(active), Automation)[0]["status"] == "paused"
    assert gpt.judge(automations.resume(active), Automation)[0]["status"] == "active"


def test_openai_sessions(gpt: OpenAIReferee) -> None:
    runs = gpt.client.beta.agents.sessions
    rows = gpt.judge(runs.list(limit=100), AgentSession)
    assert len({row["id"] for row in rows}) == len(rows) > 900
    assert rows == sorted(rows, key=lambda row: row["created_at"], reverse=True)
    session = rows[3]["id"]
    assert gpt.judge(runs.retrieve(session), AgentSession) == [rows[3]]
    turns = gpt.judge(runs.turns.list(session, limit=1), Turn)
    assert gpt.judge(runs.turns.retrieve(turns[0]["id"], session_id=session), Turn) == turns[:1]
    items = gpt.judge(runs.items.list(session, limit=3), AgentSessionItem)
    of_turns = [
        item
        for turn in turns
        for item in gpt.judge(
            runs.turns.items.list(turn["id"], session_id=session), AgentSessionItem
        )
    ]
    assert items == of_turns


def test_openai_sessions_of_one_agent(gpt: OpenAIReferee) -> None:
    agent = gpt.judge(gpt.client.beta.agents.list(order="asc"), Agent)[0]["id"]
    runs = gpt.client.beta.agents.sessions
    rows = gpt.judge(runs.list(agent_id=agent, limit=50, metadata={"channel": "web"}), AgentSession)
    assert {row["agent"]["id"] for row in rows} == {agent}
    rising = gpt.judge(runs.list(agent_id=agent, limit=70, order="asc"), AgentSession)
    assert [row["id"] for row in rising] == [row["id"] for row in rows][::-1]


def test_openai_sessions_take_events(gpt: OpenAIReferee) -> None:
    runs = gpt.client.beta.agents.sessions
    session = gpt.judge(runs.list(limit=100), AgentSession)[0]["id"]
    before = len(gpt.judge(runs.turns.list(session), Turn))
    content = [{"type": "input_text", "text": "Prefer short answers."}]
    message = {"type": "message", "role": "user", "content": content}
    runs.events.create(
        session, events=[{"type": "agent.session.input.message", "input": [message]}]
    )
    gpt.seen.clear()
    turns = gpt.judge(runs.turns.list(session), Turn)
    assert len(turns) == before + 1
    items = gpt.judge(runs.items.list(session), AgentSessionItem)
    assert "Prefer short answers." in str(items)


def test_openai_sessions_begin(gpt: OpenAIReferee) -> None:
    agent = gpt.judge(gpt.client.beta.agents.list(), Agent)[0]["id"]
    runs, marked = gpt.client.beta.agents.sessions, {"ours": "one"}
    begun = runs.create(
        agent_id=agent, environment={"type": "none"}, input="Where is order 7?", metadata=marked
    )
    session = gpt.judge(begun, AgentSession)[0]
    assert session["metadata"] == marked
    newest = gpt.judge(runs.list(agent_id=agent, limit=1, metadata=marked), AgentSession)
    assert newest[0]["id"] == session["id"]
    assert "Where is order 7?" in str(gpt.judge(runs.items.list(session["id"]), AgentSessionItem))


def test_openai_projects(gpt: OpenAIReferee) -> None:
    projects = gpt.client.admin.organization.projects
    rows = gpt.judge(projects.list(limit=1, include_archived=True), Project)
    assert [row["status"] for row in rows].count("archived") == 1
    assert len(gpt.judge(projects.list(limit=1), Project)) == len(rows) - 1
    assert gpt.judge(projects.retrieve(rows[0]["id"]), Project) == rows[:1]
    owners = set()
    for row in rows:
        found = gpt.judge(projects.api_keys.list(row["id"], limit=1), ProjectAPIKey)
        owners |= {key["owner"]["type"] for key in found}
        gpt.judge(projects.service_accounts.list(row["id"], limit=2), ProjectServiceAccount)
    assert owners == {"user", "service_account"}


@pytest.mark.parametrize("width", ["1d", "1h", "1m"])
def test_openai_usage(gpt: OpenAIReferee, width: str) -> None:
    usage = gpt.client.admin.organization.usage
    pages = follow(
        gpt,
        lambda page: usage.completions(
            start_time=int(NOW) - (2 * DAY if width != "1m" else 3600),
            bucket_width=width,
            group_by=["project_id", "model", "api_key_id", "api_source"],
            limit=2,
            **page,
        ),
        UsageCompletionsResponse,
    )
    rows = [row for page in pages for bucket in page["data"] for row in bucket["results"]]
    assert len(pages) > 1
    assert {row["api_source"] for row in rows} == {"agents_api", "unlabeled"}


def test_openai_costs(gpt: OpenAIReferee) -> None:
    usage = gpt.client.admin.organization.usage
    pages = follow(
        gpt,
        lambda page: usage.costs(
            start_time=int(NOW) - 14 * DAY, group_by=["line_item", "project_id"], limit=4, **page
        ),
        UsageCostsResponse,
    )
    rows = [row for page in pages for bucket in page["data"] for row in bucket["results"]]
    assert len(pages) == 4
    assert all(row["amount"]["value"] > 0 and row["quantity"] > 0 for row in rows)


def follow(referee: Referee, ask: Callable[[dict[str, str]], Any], kind: Any) -> list[Any]:
    """Follow `next_page`: the SDK does not page these reports by itself."""
    pages: list[Any] = []
    page: dict[str, str] = {}
    while len(pages) < MANY_PAGES:
        ask(page)
        pages += referee.judge(None, kind)
        if not pages[-1]["has_more"]:
            return pages
        page = {"page": pages[-1]["next_page"]}
    pytest.fail("the pages never end")


def test_anthropic_models(claudia: AnthropicReferee) -> None:
    models = claudia.client.beta.models
    rows = claudia.judge(models.list(limit=2), claude.BetaModelInfo)
    assert {row["lifecycle"] for row in rows} == {"active", "deprecated", "retired"}
    name = rows[0]["id"]
    assert claudia.judge(models.retrieve(name), claude.BetaModelInfo) == rows[:1]


def test_anthropic_agents(claudia: AnthropicReferee) -> None:
    agents = claudia.client.beta.agents
    rows = claudia.judge(agents.list(limit=3), claude.BetaManagedAgentsAgent)
    assert len({row["id"] for row in rows}) == len(rows) == 8
    first = rows[0]
    assert claudia.judge(agents.retrieve(first["id"]), claude.BetaManagedAgentsAgent) == [first]
    changed = claudia.judge(
        agents.update(first["id"], version=first["version"], system="Be brief."),
        claude.BetaManagedAgentsAgent,
    )[0]
    assert (changed["system"], changed["version"]) == ("Be brief.", first["version"] + 1)
    with pytest.raises(anthropic.ConflictError):
        agents.update(first["id"], version=first["version"], system="Too late.")


def test_anthropic_deployments(claudia: AnthropicReferee) -> None:
    deployments, kind = claudia.client.beta.deployments, claude.BetaManagedAgentsDeployment
    rows = claudia.judge(deployments.list(limit=1), kind)
    assert {row["status"] for row in rows} == {"active", "paused"}
    active = next(row["id"] for row in rows if row["status"] == "active")
    paused = claudia.judge(deployments.pause(active), kind)[0]
    assert paused["paused_reason"] == {"type": "manual"}
    assert claudia.judge(deployments.retrieve(active), kind) == [paused]
    assert len(claudia.judge(deployments.list(status="paused"), kind)) == 2
    assert claudia.judge(deployments.unpause(active), kind)[0]["status"] == "active"


def test_anthropic_deployment_runs(claudia: AnthropicReferee) -> None:
    runs, kind = claudia.client.beta.deployment_runs, claude.BetaManagedAgentsDeploymentRun
    rows = claudia.judge(runs.list(limit=100), kind)
    failed = claudia.judge(runs.list(has_error=True), kind)
    assert [row for row in rows if row["error"]] == failed != []
    assert claudia.judge(runs.retrieve(rows[0]["id"]), kind) == rows[:1]
    good = next(row["session_id"] for row in rows if not row["error"])
    session = claudia.client.beta.sessions.retrieve(good)
    assert session.deployment_id == next(
        row["deployment_id"] for row in rows if row["session_id"] == good
    )


def test_anthropic_sessions(claudia: AnthropicReferee) -> None:
    runs, kind = claudia.client.beta.sessions, claude.BetaManagedAgentsSession
    rows = claudia.judge(runs.list(limit=100), kind)
    assert len({row["id"] for row in rows}) == len(rows) > 500
    assert claudia.judge(runs.retrieve(rows[0]["id"]), kind) == rows[:1]
    idle = claudia.judge(runs.list(statuses=["idle"], limit=100), kind)
    assert idle == [row for row in rows if row["status"] == "idle"] != []
    agent = rows[0]["agent"]["id"]
    of_agent = claudia.judge(runs.list(agent_id=agent, order="asc", limit=100), kind)
    assert of_agent == [row for row in rows if row["agent"]["id"] == agent][::-1]
    later = claudia.judge(runs.list(created_at_gte="2026-11-20T00:00:00Z", limit=100), kind)
    assert later == [row for row in rows if row["created_at"] >= "2026-11-20"]


def test_anthropic_events(claudia: AnthropicReferee) -> None:
    runs = claudia.client.beta.sessions
    seen: set[str] = set()
    for session in islice(runs.list(limit=100), 40):
        claudia.seen.clear()
        rows = claudia.judge(
            runs.events.list(session.id, limit=7), sessions.BetaManagedAgentsSessionEvent
        )
        assert len({row["id"] for row in rows}) == len(rows)
        assert rows == sorted(rows, key=lambda row: row["processed_at"])
        seen |= {row["type"] for row in rows}
    assert {"user.message", "agent.message", "session.error", "span.model_request_end"} <= seen
    assert {"agent.tool_use", "agent.tool_result", "agent.custom_tool_use"} <= seen


def test_anthropic_sessions_begin(claudia: AnthropicReferee) -> None:
    runs, kind = claudia.client.beta.sessions, claude.BetaManagedAgentsSession
    known = next(iter(runs.list()))
    claudia.seen.clear()
    text = [{"type": "text", "text": "Where is order 7?"}]
    begun = runs.create(
        agent=known.agent.id,
        environment_id=known.environment_id,
        initial_events=[{"type": "user.message", "content": text}],
        metadata={"ours": "one"},
    )
    session = claudia.judge(begun, kind)[0]
    assert session["metadata"] == {"ours": "one"}
    told = claudia.judge(runs.events.list(session["id"]), sessions.BetaManagedAgentsSessionEvent)
    assert text in [row.get("content") for row in told]


def test_anthropic_sessions_take_events(claudia: AnthropicReferee) -> None:
    runs = claudia.client.beta.sessions
    session = next(iter(runs.list())).id
    claudia.seen.clear()
    text = [{"type": "text", "text": "Prefer short answers."}]
    sent = claudia.judge(
        runs.events.send(
            session,
            events=[
                {"type": "user.message", "content": text},
                {"type": "system.message", "content": text},
            ],
        ),
        sessions.BetaManagedAgentsSendSessionEvents,
    )[0]
    assert [event["type"] for event in sent["data"]] == ["user.message", "system.message"]
    rows = claudia.judge(
        runs.events.list(session, types=["system.message"]), sessions.BetaManagedAgentsSessionEvent
    )
    assert [row["content"] for row in rows] == [text]


def test_anthropic_memory(claudia: AnthropicReferee) -> None:
    stores, kind = claudia.client.beta.memory_stores, memory_stores.BetaManagedAgentsMemory
    store = claudia.judge(
        stores.create(name="ARM", description="Preferences"), claude.BetaManagedAgentsMemoryStore
    )[0]
    assert claudia.judge(stores.list(), claude.BetaManagedAgentsMemoryStore) == [store]
    assert claudia.judge(stores.retrieve(store["id"]), claude.BetaManagedAgentsMemoryStore) == [
        store
    ]
    made = claudia.judge(
        stores.memories.create(store["id"], path="/arm/preferences.md", content="Be kind."), kind
    )[0]
    condition = {"type": "content_sha256", "content_sha256": made["content_sha256"]}
    changed = claudia.judge(
        stores.memories.update(
            made["id"], memory_store_id=store["id"], content="Be brief.", precondition=condition
        ),
        kind,
    )[0]
    assert changed["memory_version_id"] != made["memory_version_id"]
    with pytest.raises(anthropic.ConflictError):
        stores.memories.update(
            made["id"], memory_store_id=store["id"], content="Late.", precondition=condition
        )
    claudia.seen.clear()
    read = claudia.judge(stores.memories.retrieve(made["id"], memory_store_id=store["id"]), kind)[0]
    assert read["content"] == "Be brief."
    listed = claudia.judge(stores.memories.list(store["id"], view="full"), kind)
    assert [row["id"] for row in listed] == [made["id"]]
    deleted = claudia.judge(
        stores.memories.delete(made["id"], memory_store_id=store["id"]),
        memory_stores.BetaManagedAgentsDeletedMemory,
    )
    assert deleted == [{"id": made["id"], "type": "memory_deleted"}]


def test_anthropic_organization(claudia: AnthropicReferee) -> None:
    admin = claudia.admin.beta.organization
    assert claudia.judge(admin.retrieve(), claude.BetaOrganization)[0]["name"]
    workspaces = claudia.judge(admin.workspaces.list(limit=1), organization.BetaWorkspace)
    every = claudia.judge(
        admin.workspaces.list(limit=1, include_default=True), organization.BetaWorkspace
    )
    assert len(every) == len(workspaces) + 1 == 3


def test_anthropic_api_keys(claudia: AnthropicReferee) -> None:
    api_keys, kind = claudia.admin.beta.organization.api_keys, organization.BetaAPIKey
    rows = claudia.judge(api_keys.list(limit=2), kind)
    assert len(rows) == 5
    key = rows[-1]["id"]
    off = claudia.judge(api_keys.update(key, status="inactive"), kind)[0]
    assert claudia.judge(api_keys.retrieve(key), kind) == [off]
    assert claudia.judge(api_keys.list(status="inactive"), kind) == [off]
    assert claudia.judge(api_keys.update(key, status="active"), kind)[0]["status"] == "active"


@pytest.mark.parametrize("width", ["1d", "1h", None])
def test_anthropic_usage_analytics(claudia: AnthropicReferee, width: str | None) -> None:
    usage = claudia.admin.beta.organization.analytics.usage
    rows = claudia.judge(
        usage.list(
            starting_at=SINCE,
            ending_at=UNTIL,
            group_by=["agent_id", "model", "deployment_id", "api_key_id", "workspace_id"],
            limit=5 if width != "1h" else 1000,
            **({} if width is None else {"time_bucket_width": width}),
        ),
        analytics.BetaAnalyticsUsageItem,
    )
    assert None in {row["group"]["agent_id"] for row in rows}
    assert len({row["group"]["agent_id"] for row in rows}) > 5
    identity = [(row["starting_at"], str(row["group"])) for row in rows]
    assert len(set(identity)) == len(identity)


def test_anthropic_cost_analytics(claudia: AnthropicReferee) -> None:
    cost = claudia.admin.beta.organization.analytics.cost
    rows = claudia.judge(
        cost.list(
            starting_at=SINCE,
            ending_at=UNTIL,
            time_bucket_width="1d",
            group_by=["agent_id", "cost_type", "token_type"],
            limit=6,
            order_by="time",
        ),
        analytics.BetaAnalyticsCostItem,
    )
    assert {row["group"]["cost_type"] for row in rows} == {"tokens"}
    assert len({row["group"]["token_type"] for row in rows}) == 4
    starts = [row["starting_at"] for row in rows]
    assert starts == sorted(starts, reverse=True)


WITHOUT_AN_SDK_METHOD = {
    "/v1/organizations/usage_report/messages",
    "/v1/organizations/cost_report",
}


CONTRACTS = [
    contract
    for name, contract in list(globals().items())
    if name.startswith(("test_openai", "test_anthropic"))
]


def test_every_endpoint_is_judged() -> None:
    with Simulator(seed=11, now=lambda: NOW) as simulator:
        given = {"gpt": OpenAIReferee, "claudia": AnthropicReferee}
        for contract in CONTRACTS:
            wanted = inspect.signature(contract).parameters
            made = {name: given[name](simulator) for name in wanted if name in given}
            contract(**made, **({"width": "1d"} if "width" in wanted else {}))
        asked = {(row["method"], row["path"]) for row in simulator.faults.log}
        for vendor in simulator.vendors:
            for bound in vendor.routes:
                called = any(
                    method == bound.route.method and bound.pattern.fullmatch(path)
                    for method, path in asked
                )
                untold = bound.route.path in WITHOUT_AN_SDK_METHOD
                assert called is not untold, f"{bound.route.method} {bound.route.path}"
