"""Every number of the simulated vendors agrees with every other number."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from genai_prices import Usage, calc_price

from connectors.simulator import Simulator
from connectors.simulator.billing import PRICES
from tests.connectors.caller import DAY, HOUR, MIDNIGHT, NOW, Caller, Clock

WEEK_AGO = MIDNIGHT - 7 * DAY
CENT = Decimal(100)
MILLION = Decimal(1_000_000)
DISCOUNT = Decimal("0.96")


@pytest.fixture(scope="module")
def caller() -> Iterator[Caller]:
    with Simulator(seed=7, now=Clock()) as simulator:
        yield Caller(simulator)


def rfc(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()


def completions(caller: Caller, start: int, end: int, **params: Any) -> list[Any]:
    pages = caller.rows(
        "openai", "/organization/usage/completions", start_time=start, end_time=end, **params
    )
    return [row for bucket in pages for row in bucket["results"]]


def totals(rows: list[Any]) -> Counter[str]:
    found: Counter[str] = Counter()
    for row in rows:
        for name in (
            "num_model_requests",
            "input_tokens",
            "input_cached_tokens",
            "input_cache_write_tokens",
            "output_tokens",
        ):
            found[name] += row[name]
    return found


def analytics(caller: Caller, what: str, *groups: str, **params: Any) -> list[Any]:
    return caller.rows(
        "anthropic",
        f"/v1/organizations/analytics/{what}",
        **{
            "starting_at": rfc(WEEK_AGO),
            "ending_at": rfc(MIDNIGHT),
            "time_bucket_width": "1d",
            "limit": 1000,
            "group_by__": list(groups),
            **params,
        },
    )


@pytest.mark.parametrize("model", PRICES)
def test_the_price_table_is_the_published_one(model: str) -> None:
    price = PRICES[model]
    at = datetime.fromtimestamp(NOW, UTC)

    def published(**usage: int) -> Decimal:
        return calc_price(Usage(**usage), model, genai_request_timestamp=at).total_price * 1000

    assert published(input_tokens=1000) == price.uncached
    assert published(input_tokens=1000, cache_read_tokens=1000) == price.cached
    assert published(input_tokens=1000, cache_write_tokens=1000) == price.cache_write
    assert published(output_tokens=1000) == price.output


def test_openai_bills_tokens_times_price(caller: Caller) -> None:
    used = completions(caller, WEEK_AGO, MIDNIGHT, group_by__=["model", "project_id", "api_key_id"])
    expected: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in used:
        price = PRICES[row["model"]]
        expected[row["project_id"], row["api_key_id"]] += (
            row["input_uncached_tokens"] * price.uncached
            + row["input_cached_tokens"] * price.cached
            + row["input_cache_write_tokens"] * price.cache_write
            + row["output_tokens"] * price.output
        ) / MILLION
    buckets = caller.rows(
        "openai",
        "/organization/costs",
        start_time=WEEK_AGO,
        end_time=MIDNIGHT,
        group_by__=["project_id", "api_key_id"],
        limit=3,
    )
    billed: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for bucket in buckets:
        for row in bucket["results"]:
            billed[row["project_id"], row["api_key_id"]] += row["amount"]["value"]
    assert billed == expected
    assert sum(billed.values()) > 50


@pytest.mark.parametrize(
    "groups", [["model"], ["project_id"], ["api_key_id"], ["user_id"], ["api_source", "batch"]]
)
def test_openai_usage_is_the_same_however_it_is_grouped(caller: Caller, groups: list[str]) -> None:
    whole = completions(caller, WEEK_AGO, MIDNIGHT)
    assert len(whole) == 7
    assert totals(completions(caller, WEEK_AGO, MIDNIGHT, group_by__=groups)) == totals(whole)


def test_openai_buckets_of_every_width_hold_the_same(caller: Caller) -> None:
    start, end = MIDNIGHT - DAY, MIDNIGHT
    by_width = [
        totals(completions(caller, start, end, bucket_width=width)) for width in ("1d", "1h", "1m")
    ]
    assert by_width[0] == by_width[1] == by_width[2]
    assert by_width[0]["output_tokens"] > 0


def test_openai_filters_keep_what_grouping_shows(caller: Caller) -> None:
    rows = completions(caller, WEEK_AGO, MIDNIGHT, group_by__=["model", "project_id"])
    wanted = rows[0]["model"], rows[0]["project_id"]
    same = [row for row in rows if (row["model"], row["project_id"]) == wanted]
    kept = completions(caller, WEEK_AGO, MIDNIGHT, models__=[wanted[0]], project_ids__=[wanted[1]])
    assert totals(kept) == totals(same)


def test_openai_sessions_add_up_to_the_agents_usage(caller: Caller) -> None:
    whole = completions(caller, MIDNIGHT - DAY, MIDNIGHT, group_by__=["api_source"])
    of_agents = next(row for row in whole if row["api_source"] == "agents_api")
    sessions = [
        session
        for session in caller.rows("openai", "/agents/sessions", limit=100)
        if MIDNIGHT - DAY <= session["created_at"] < MIDNIGHT
    ]
    for name in ("input_tokens", "output_tokens"):
        assert sum(session["usage"][name] for session in sessions) == of_agents[name]


def test_openai_turns_add_up_to_their_session(caller: Caller) -> None:
    for session in caller.rows("openai", "/agents/sessions", limit=100)[:20]:
        turns = caller.rows("openai", f"/agents/sessions/{session['id']}/turns")
        assert (
            sum(turn["usage"]["total_tokens"] for turn in turns)
            == (session["usage"]["total_tokens"])
        )


def test_anthropic_bills_tokens_times_price_less_the_discount(caller: Caller) -> None:
    usage = {
        (row["starting_at"], row["group"]["agent_id"], row["group"]["model"]): row["usage"]
        for row in analytics(caller, "usage", "agent_id", "model")
    }
    costs = analytics(caller, "cost", "agent_id", "model")
    assert len(costs) == len(usage) > 40
    for row in costs:
        used = usage[row["starting_at"], row["group"]["agent_id"], row["group"]["model"]]
        price = PRICES[row["group"]["model"]]
        dollars = (
            used["uncached_input_tokens"] * price.uncached
            + used["cache_read_input_tokens"] * price.cached
            + used["cache_creation"]["ephemeral_5m_input_tokens"] * price.cache_write
            + used["output_tokens"] * price.output
        ) / MILLION
        assert Decimal(row["cost"]["list_amount"]) == dollars * CENT
        assert Decimal(row["cost"]["amount"]) == dollars * CENT * DISCOUNT
        assert row["cost"]["requests"] == used["requests"]


@pytest.mark.parametrize(
    "groups",
    [
        ["agent_id"],
        ["api_key_id"],
        ["workspace_id", "model"],
        ["deployment_id"],
        ["session_id"],
        ["cost_type"],
        ["token_type", "agent_id"],
    ],
)
def test_anthropic_costs_are_the_same_however_they_are_grouped(
    caller: Caller, groups: list[str]
) -> None:
    whole = analytics(caller, "cost")
    assert len(whole) == 7
    split = analytics(caller, "cost", *groups)
    assert len(split) > 7 or groups == ["cost_type"]
    assert money(split) == money(whole) > 0


def money(rows: list[Any]) -> Decimal:
    return sum((Decimal(row["cost"]["amount"]) for row in rows), Decimal(0))


def test_the_legacy_reports_say_what_analytics_say(caller: Caller) -> None:
    span = {"starting_at": rfc(WEEK_AGO), "ending_at": rfc(MIDNIGHT)}
    costs = caller.rows(
        "anthropic", "/v1/organizations/cost_report", group_by__="description", limit=3, **span
    )
    cents = sum(Decimal(row["amount"]) for bucket in costs for row in bucket["results"])
    assert cents == money(analytics(caller, "cost"))
    usage = caller.rows(
        "anthropic",
        "/v1/organizations/usage_report/messages",
        group_by__=["api_key_id", "workspace_id"],
        bucket_width="1h",
        **span,
    )
    rows = [row for bucket in usage for row in bucket["results"]]
    newer = analytics(caller, "usage", "api_key_id")
    for name in ("uncached_input_tokens", "cache_read_input_tokens", "output_tokens"):
        assert sum(row[name] for row in rows) == sum(row["usage"][name] for row in newer)
    assert None in {row["workspace_id"] for row in rows}


def test_anthropic_sessions_show_the_same_usage_and_list_price(caller: Caller) -> None:
    by_id = {
        row["group"]["session_id"]: row
        for row in analytics(
            caller,
            "cost",
            "session_id",
            starting_at=rfc(MIDNIGHT - DAY),
            ending_at=rfc(MIDNIGHT),
        )
    }
    sessions = [
        session
        for session in caller.rows("anthropic", "/v1/sessions", limit=100)
        if session["id"] in by_id
    ]
    assert len(sessions) == len(by_id) - 1 > 30
    for session in sessions:
        cents = Decimal(by_id[session["id"]]["cost"]["list_amount"])
        shown = session["usage"]["list_cost"]
        assert shown["amount"].isdigit()
        assert abs(Decimal(shown["amount"]) - cents) <= Decimal("0.5")


def test_spans_add_up_to_their_session(caller: Caller) -> None:
    for session in caller.rows("anthropic", "/v1/sessions", limit=100, statuses__="idle")[:15]:
        events = caller.rows(
            "anthropic",
            f"/v1/sessions/{session['id']}/events",
            types__="span.model_request_end",
        )
        spans = [event["model_usage"] for event in events]
        for name in ("input_tokens", "output_tokens", "cache_read_input_tokens"):
            assert sum(span[name] for span in spans) == session["usage"][name]


def test_usage_of_the_running_hour_is_part_of_the_day(caller: Caller) -> None:
    today = completions(caller, MIDNIGHT, NOW)
    hours = completions(caller, MIDNIGHT, NOW, bucket_width="1h")
    assert len(hours) == NOW // HOUR - MIDNIGHT // HOUR + 1
    assert totals(today) == totals(hours)
