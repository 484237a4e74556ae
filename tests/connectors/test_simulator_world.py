"""The simulated world remembers what callers change, and is otherwise a function of its seed."""

import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from connectors.simulator import Simulator, keys
from tests.connectors.caller import DAY, HOUR, MIDNIGHT, NOW, Caller, Clock
from tests.connectors.test_simulator_money import analytics, completions, totals

FAILURES_OF = {"openai": "Refund assistant", "anthropic": "Incident scribe"}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def caller(clock: Clock) -> Iterator[Caller]:
    with Simulator(seed=7, now=clock) as simulator:
        yield Caller(simulator)


def named(caller: Caller, vendor: str, name: str) -> Any:
    path = "/agents" if vendor == "openai" else "/v1/agents"
    return next(row for row in caller.rows(vendor, path, limit=100) if row["name"] == name)


def turns_of(caller: Caller, agent: str) -> list[Any]:
    sessions = caller.rows("openai", "/agents/sessions", agent_id=agent, limit=100)
    return [
        turn
        for session in sessions[:60]
        for turn in caller.rows("openai", f"/agents/sessions/{session['id']}/turns", limit=100)
    ]


def failed_share(turns: list[Any]) -> float:
    outcomes = Counter(turn["status"] for turn in turns)
    return outcomes["failed"] / (outcomes["failed"] + outcomes["completed"])


def test_one_seed_gives_one_world() -> None:
    seen = []
    for seed in (7, 7, 8):
        with Simulator(seed=seed, now=Clock()) as simulator:
            caller = Caller(simulator)
            seen.append(
                (
                    caller.rows("openai", "/agents"),
                    caller.rows("anthropic", "/v1/sessions", limit=100),
                    completions(caller, MIDNIGHT - DAY, NOW, group_by__=["api_key_id"]),
                )
            )
    assert seen[0] == seen[1]
    assert all(one != other for one, other in zip(seen[0], seen[2], strict=True))


def test_the_past_stays_and_the_newest_bucket_grows(caller: Caller, clock: Clock) -> None:
    yesterday = (MIDNIGHT - DAY, MIDNIGHT)
    today = (MIDNIGHT, MIDNIGHT + DAY)
    before = completions(caller, *yesterday), totals(completions(caller, *today))
    clock.now += 2 * HOUR
    after = completions(caller, *yesterday), totals(completions(caller, *today))
    assert before[0] == after[0]
    assert before[1]["output_tokens"] < after[1]["output_tokens"]


def test_the_control_clock_shifts_time(caller: Caller) -> None:
    before = totals(completions(caller, MIDNIGHT, MIDNIGHT + DAY))
    assert caller.control("/clock", {"offset_seconds": HOUR}) == {"now": NOW + HOUR}
    assert totals(completions(caller, MIDNIGHT, MIDNIGHT + DAY)) > before


def test_late_corrections_change_one_past_day(caller: Caller) -> None:
    days = [(MIDNIGHT - 2 * DAY, MIDNIGHT - DAY), (MIDNIGHT - DAY, MIDNIGHT)]
    before = [totals(completions(caller, *day)) for day in days]
    caller.control(
        "/world",
        {
            "vendor": "openai",
            "action": "correct_usage",
            "agent": "Support triage",
            "day": "2026-11-20",
            "factor": 1.5,
        },
    )
    after = [totals(completions(caller, *day)) for day in days]
    assert after[0] == before[0]
    assert after[1]["output_tokens"] > before[1]["output_tokens"]


@pytest.mark.parametrize("days", [1, 13])
def test_there_are_fourteen_days_of_history(caller: Caller, days: int) -> None:
    day = MIDNIGHT - days * DAY
    assert totals(completions(caller, day, day + DAY))["num_model_requests"] > 100
    session = caller.get("openai", "/agents/sessions", order="asc", limit=1)["data"][0]
    assert session["created_at"] < MIDNIGHT - 13 * DAY


def test_a_paused_automation_starts_no_sessions(caller: Caller, clock: Clock) -> None:
    agent = named(caller, "openai", "Invoice matching")["id"]
    automation = next(
        row["id"]
        for row in caller.rows("openai", "/agents/automations")
        if row["target"].get("agent_id") == agent and row["type"] == "periodic"
    )
    paused = caller.post("openai", f"/agents/automations/{automation}/pause")
    assert paused["status"] == "paused"
    at_pause = caller.get("openai", "/agents/sessions", agent_id=agent)["data"][0]["id"]
    clock.now += 8 * HOUR
    later = caller.get("openai", "/agents/sessions", agent_id=agent)["data"][0]["id"]
    assert later == at_pause
    caller.post("openai", f"/agents/automations/{automation}/resume")
    clock.now += 8 * HOUR
    resumed = caller.get("openai", "/agents/sessions", agent_id=agent)["data"][0]
    assert resumed["created_at"] > NOW + 8 * HOUR


def test_a_completed_automation_cannot_be_paused(caller: Caller) -> None:
    once = next(
        row["id"] for row in caller.rows("openai", "/agents/automations") if row["type"] == "once"
    )
    response = caller.ask("openai", f"/agents/automations/{once}/pause", method="POST")
    assert response.status_code == 400


def test_a_paused_deployment_uses_nothing(caller: Caller, clock: Clock) -> None:
    agent = named(caller, "anthropic", "Ledger reconciliation")["id"]
    deployment = caller.get("anthropic", "/v1/deployments", agent_id=agent)["data"][0]["id"]
    caller.post("anthropic", f"/v1/deployments/{deployment}/pause")
    clock.now = MIDNIGHT + 2 * DAY
    rows = analytics(
        caller,
        "usage",
        "agent_id",
        starting_at="2026-11-22T00:00:00Z",
        ending_at="2026-11-23T00:00:00Z",
        agent_ids__=[agent],
    )
    runs = caller.get("anthropic", "/v1/deployment_runs", deployment_id=deployment, limit=1)
    assert rows == []
    assert runs["data"][0]["created_at"] < "2026-11-21T10:30:00Z"


def test_an_inactive_key_uses_nothing(caller: Caller, clock: Clock) -> None:
    path = "/v1/organizations/api_keys"
    key = next(row for row in caller.rows("anthropic", path) if row["name"] == "log-summariser")
    span = {
        "starting_at": "2026-11-22T00:00:00Z",
        "ending_at": "2026-11-23T00:00:00Z",
        "api_key_ids__": [key["id"]],
    }
    caller.post("anthropic", f"{path}/{key['id']}", {"status": "inactive"})
    clock.now = MIDNIGHT + 2 * DAY
    assert analytics(caller, "usage", **span) == []
    caller.post("anthropic", f"{path}/{key['id']}", {"status": "active"})
    clock.now = MIDNIGHT + 3 * DAY
    later = {"starting_at": "2026-11-23T00:00:00Z", "ending_at": "2026-11-24T00:00:00Z"}
    assert analytics(caller, "usage", **{**span, **later}) != []


def test_an_interrupted_session_does_no_more_work(caller: Caller, clock: Clock) -> None:
    agent = named(caller, "anthropic", "Claims intake")["id"]
    session = caller.get("anthropic", "/v1/sessions", agent_id=agent)["data"][0]["id"]
    caller.post(
        "anthropic", f"/v1/sessions/{session}/events", {"events": [{"type": "user.interrupt"}]}
    )
    used = caller.get("anthropic", f"/v1/sessions/{session}")["usage"]
    clock.now += 2 * HOUR
    assert caller.get("anthropic", f"/v1/sessions/{session}")["usage"] == used
    kinds = [event["type"] for event in caller.rows("anthropic", f"/v1/sessions/{session}/events")]
    assert "user.interrupt" in kinds


def test_a_changed_model_is_billed_from_the_next_hour_on(caller: Caller, clock: Clock) -> None:
    agent = named(caller, "openai", "Support triage")["id"]
    whole_day = (MIDNIGHT, MIDNIGHT + DAY)
    caller.post("openai", f"/agents/{agent}", {"model": "gpt-6-astra"})
    clock.now = MIDNIGHT + DAY
    key = next(
        row["api_key_id"]
        for row in completions(caller, *whole_day, group_by__=["api_key_id", "model"])
        if row["model"] == "gpt-5.5"
    )
    hours = caller.rows(
        "openai",
        "/organization/usage/completions",
        start_time=MIDNIGHT,
        end_time=MIDNIGHT + DAY,
        bucket_width="1h",
        group_by__=["model"],
        api_key_ids__=[key],
        models__=["gpt-5.5"],
    )
    used = {bucket["start_time"] for bucket in hours if bucket["results"]}
    assert max(used) > MIDNIGHT
    agent_shown = caller.get("openai", f"/agents/{agent}")
    assert agent_shown["model"] == "gpt-6-astra"
    newest = caller.get("openai", "/agents/sessions", agent_id=agent)["data"][0]
    assert newest["agent"]["model"] == "gpt-6-astra"


def test_one_agent_is_clearly_failing_and_others_are_not(caller: Caller) -> None:
    failing = turns_of(caller, named(caller, "openai", FAILURES_OF["openai"])["id"])
    healthy = turns_of(caller, named(caller, "openai", "Support triage")["id"])
    assert failed_share(failing) > 0.3
    assert failed_share(healthy) < 0.08
    codes = {turn["error"]["code"] for turn in failing if turn["error"]}
    assert {"rate_limit_exceeded", "server_overloaded"} <= codes


def test_one_anthropic_agent_is_clearly_failing(caller: Caller) -> None:
    shares = {}
    for name in (FAILURES_OF["anthropic"], "Claims intake"):
        agent = named(caller, "anthropic", name)["id"]
        sessions = caller.rows("anthropic", "/v1/sessions", agent_id=agent, limit=100)
        ends = [
            event
            for session in sessions[:60]
            for event in caller.rows(
                "anthropic",
                f"/v1/sessions/{session['id']}/events",
                types__="span.model_request_end",
            )
        ]
        shares[name] = sum(event["is_error"] for event in ends) / len(ends)
    assert shares[FAILURES_OF["anthropic"]] > 0.25
    assert shares["Claims intake"] < 0.08


def test_the_cast_holds_every_condition(caller: Caller) -> None:
    idle = named(caller, "openai", "Campaign copy")["id"]
    assert caller.get("openai", "/agents/sessions", agent_id=idle)["data"] == []
    degraded = named(caller, "openai", "Handbook answers")["model"]
    assert caller.get("openai", f"/models/{degraded}")["shutdown_date"] == "2026-12-07"
    retired = named(caller, "openai", "Warranty clerk")
    missing = caller.ask("openai", f"/models/{retired['model']}")
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "model_not_found")
    assert failed_share(turns_of(caller, retired["id"])) == 1
    lifecycles = {
        name: caller.get(
            "anthropic", f"/v1/models/{named(caller, 'anthropic', name)['model']['id']}"
        )["lifecycle"]
        for name in ("Claims intake", "Onboarding guide", "Policy explainer")
    }
    assert list(lifecycles.values()) == ["active", "deprecated", "retired"]


@pytest.mark.parametrize("vendor", ["openai", "anthropic"])
def test_agents_come_change_and_go(caller: Caller, vendor: str) -> None:
    path = "/agents" if vendor == "openai" else "/v1/agents"
    before = {row["id"] for row in caller.rows(vendor, path)}
    new = caller.control(
        "/world", {"vendor": vendor, "action": "add_agent", "name": "Travel desk"}
    )["id"]
    old = named(caller, vendor, FAILURES_OF[vendor])["id"]
    renamed = {"vendor": vendor, "action": "rename_agent", "agent": new, "name": "Trip desk"}
    caller.control("/world", renamed)
    caller.control(
        "/world", {"vendor": vendor, "action": "remove_agent", "agent": FAILURES_OF[vendor]}
    )
    after = {row["id"]: row["name"] for row in caller.rows(vendor, path)}
    assert set(after) == before - {old} | {new}
    assert after[new] == "Trip desk"
    assert caller.ask(vendor, f"{path}/{old}").status_code == 404


def test_an_agent_can_be_made_to_fail_at_once(caller: Caller) -> None:
    agent = named(caller, "openai", "Support triage")["id"]
    body = {"vendor": "openai", "action": "fail_agent", "agent": agent, "rate": 1}
    caller.control("/world", body)
    newest = caller.get("openai", "/agents/sessions", agent_id=agent)["data"][0]["id"]
    turns = caller.rows("openai", f"/agents/sessions/{newest}/turns")
    assert {turn["status"] for turn in turns} <= {"failed", "in_progress"}


def test_a_switched_off_runtime_key_is_refused(caller: Caller) -> None:
    path = "/v1/organizations/api_keys"
    key = next(row for row in caller.rows("anthropic", path) if row["name"] == "managed-agents")
    caller.post("anthropic", f"{path}/{key['id']}", {"status": "inactive"})
    assert caller.ask("anthropic", "/v1/agents").status_code == 401
    caller.post("anthropic", f"{path}/{key['id']}", {"status": "active"})
    assert caller.ask("anthropic", "/v1/agents").status_code == 200


def test_ten_thousand_agents_are_listed_quickly() -> None:
    with Simulator(seed=7, agents=10_000, now=Clock()) as simulator:
        caller = Caller(simulator)
        for vendor, path in (
            ("openai", "/agents"),
            ("anthropic", "/v1/agents"),
            ("openai", "/agents/automations"),
            ("anthropic", "/v1/deployments"),
            ("openai", "/agents/sessions"),
            ("anthropic", "/v1/sessions"),
        ):
            started = time.monotonic()
            assert len(caller.get(vendor, path, limit=100)["data"]) == 100
            assert time.monotonic() - started < 5, path
        agents = caller.rows("openai", "/agents", limit=100)
        assert len({row["id"] for row in agents}) == 10_000
        assert len({row["name"] for row in agents}) == 10_000


def test_ids_of_another_world_are_not_found(caller: Caller) -> None:
    with Simulator(seed=8, now=Clock()) as other:
        stranger = caller_of(other).rows("openai", "/agents")[0]["id"]
    response = caller.ask("openai", f"/agents/{stranger}", key=keys.OPENAI_RUNTIME)
    assert response.status_code == 404


def caller_of(simulator: Simulator) -> Caller:
    return Caller(simulator)
