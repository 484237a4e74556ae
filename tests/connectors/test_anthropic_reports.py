"""What Anthropic reports of use and money, and what agents there said."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx2
import pytest
import time_machine

from connectors.base import ConnectorError, Period
from tests.connectors.anthropic_rows import ADMIN, ONE, RUNTIME, ago, cost, session, used
from tests.connectors.vendor import Vendor, error, listed

DAY = timedelta(days=1)
MORNING = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
LAST_DAY = Period(MORNING - DAY, MORNING)
USAGE = "GET /v1/organizations/analytics/usage"
COST = "GET /v1/organizations/analytics/cost"
OLD_USAGE = "GET /v1/organizations/usage_report/messages"
OLD_COST = "GET /v1/organizations/cost_report"
CLOSED = error(403, "Not for this organization", "permission_error")


@pytest.fixture(autouse=True)
def _that_week() -> Iterator[None]:
    """Stand still where the dates below lie within the vendor's reach."""
    with time_machine.travel(datetime(2026, 11, 21, 6, tzinfo=UTC), tick=False):
        yield


def values(request: httpx2.Request, name: str) -> list[str]:
    return request.url.params.get_list(name)


def test_usage_counts_what_caches_took_as_input() -> None:
    vendor = Vendor({USAGE: listed(used(), next_page=None)})
    (row,) = vendor.connector("anthropic", **ADMIN).usage(LAST_DAY)
    assert (row.input_tokens, row.cached_tokens, row.cache_write_tokens) == (150, 40, 10)
    assert (row.output_tokens, row.requests) == (50, 5)
    assert (row.agent, row.api_key, row.project) == ("agent_1", "apikey_1", "wrkspc_1")
    assert row.end - row.start == timedelta(hours=1)
    (request,) = vendor.asked
    assert values(request, "group_by[]") == ["agent_id", "api_key_id", "model", "workspace_id"]
    assert values(request, "time_bucket_width") == ["1h"]
    assert values(request, "starting_at") == ["2026-11-19T09:00:00Z"]
    assert values(request, "ending_at") == ["2026-11-20T09:30:00Z"]
    assert request.headers["anthropic-beta"] == "analytics-usage-cost-2026-08-24"


def test_code_execution_counts_no_requests() -> None:
    vendor = Vendor({USAGE: listed(used(model=None, agent_id=None), next_page=None)})
    (row,) = vendor.connector("anthropic", **ADMIN).usage(LAST_DAY)
    assert (row.model, row.agent, row.requests) == ("", "", None)


def test_long_periods_are_read_by_day_in_months() -> None:
    vendor = Vendor({USAGE: listed(next_page=None)})
    list(vendor.connector("anthropic", **ADMIN).usage(Period(MORNING - 70 * DAY, MORNING)))
    assert [values(request, "time_bucket_width") for request in vendor.asked] == [["1d"]] * 3
    starts = [values(request, "starting_at")[0] for request in vendor.asked]
    ends = [values(request, "ending_at")[0] for request in vendor.asked]
    assert starts == ["2026-09-11T00:00:00Z", "2026-10-12T00:00:00Z", "2026-11-12T00:00:00Z"]
    assert ends[:-1] == starts[1:]


def test_what_lies_before_the_analytics_api_is_not_asked_for() -> None:
    vendor = Vendor({USAGE: listed(next_page=None)})
    old = Period(datetime(2024, 1, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC))
    assert list(vendor.connector("anthropic", **ADMIN).usage(old)) == []
    assert vendor.asked == []


def test_costs_are_cents_with_fractions() -> None:
    rows = [cost("123.456789"), cost("0.5", cost_type="web_search", model=None)]
    rows += [cost("0", cost_type="session_usage")]
    vendor = Vendor({COST: listed(*rows, next_page=None)})
    read = list(vendor.connector("anthropic", **ADMIN).costs(LAST_DAY))
    assert [row.amount for row in read] == [Decimal("1.23456789"), Decimal("0.005"), Decimal(0)]
    assert [row.item for row in read] == ["tokens", "web_search", "session_usage"]
    assert {(row.currency, row.agent) for row in read} == {("USD", "agent_1")}
    assert "cost_type" in values(vendor.asked[0], "group_by[]")
    assert values(vendor.asked[0], "time_bucket_width") == ["1d"]


@pytest.mark.parametrize("amount", ["1,23", "NaN", None, {}, "1e99"])
def test_an_amount_that_is_none_is_malformed(amount: Any) -> None:
    vendor = Vendor({COST: listed(cost(amount), next_page=None)})
    with pytest.raises(ConnectorError) as caught:
        list(vendor.connector("anthropic", **ADMIN).costs(LAST_DAY))
    assert caught.value.fault == "malformed"


def bucket(**result: Any) -> dict[str, Any]:
    span = {"starting_at": "2026-11-20T00:00:00Z", "ending_at": "2026-11-21T00:00:00Z"}
    return listed(span | {"results": [result]}, next_page=None)


@pytest.mark.parametrize("closed", [CLOSED, error(404, "Not found", "not_found_error")])
def test_without_the_analytics_api_the_older_reports_are_read(closed: Any) -> None:
    table = {
        USAGE: closed,
        COST: closed,
        OLD_USAGE: bucket(**used()["usage"], model="claude-opus-5-5", api_key_id=None),
        OLD_COST: bucket(
            amount="123.45",
            currency="USD",
            description="Claude Opus 5.5 Usage - Input Tokens",
            cost_type="tokens",
            model="claude-opus-5-5",
            workspace_id=None,
        ),
    }
    vendor = Vendor(table)
    connector = vendor.connector("anthropic", **ADMIN)
    (row,) = connector.usage(LAST_DAY)
    assert (row.input_tokens, row.model, row.agent, row.requests) == (
        150,
        "claude-opus-5-5",
        "",
        None,
    )
    assert values(vendor.asked[-1], "bucket_width") == ["1h"]
    assert values(vendor.asked[-1], "limit") == ["168"]
    (paid,) = connector.costs(LAST_DAY)
    assert (paid.amount, paid.item) == (Decimal("1.2345"), "Claude Opus 5.5 Usage - Input Tokens")
    assert values(vendor.asked[-1], "group_by[]") == ["workspace_id", "description"]


def test_two_reports_are_never_mixed() -> None:
    first = listed(used(), more=True, next_page="page_2")
    vendor = Vendor({USAGE: [first, CLOSED], OLD_USAGE: bucket()})
    with pytest.raises(ConnectorError) as caught:
        list(vendor.connector("anthropic", **ADMIN).usage(LAST_DAY))
    assert caught.value.fault == "permission"
    assert OLD_USAGE not in vendor.paths()


@pytest.mark.parametrize("status", [429, 500, 529])
def test_a_vendor_in_trouble_is_not_asked_for_older_reports(status: int) -> None:
    vendor = Vendor({USAGE: error(status, "Oops"), OLD_USAGE: bucket()})
    with pytest.raises(ConnectorError):
        list(vendor.connector("anthropic", **ADMIN).usage(LAST_DAY))
    assert OLD_USAGE not in vendor.paths()


EVENTS = [
    {"type": "session.error", "error": {"type": "unknown_error", "message": "It broke."}},
    {"type": "agent.message", "content": [{"type": "text", "text": "Done."}]},
    {
        "type": "agent.tool_result",
        "is_error": True,
        "content": [{"type": "text", "text": "no such file"}],
    },
    {"type": "agent.tool_result", "is_error": True, "content": None},
    {"type": "agent.mcp_tool_use", "mcp_server_name": "arm", "name": "recall", "input": {"q": 1}},
    {"type": "user.tool_confirmation", "result": "deny", "deny_message": "Not that."},
    {"type": "user.interrupt"},
    {"type": "span.model_request_start"},
    {"type": "user.message", "content": [{"type": "text", "text": "Hello"}, {"type": "image"}]},
]


def test_every_kind_of_event_is_told_in_words() -> None:
    events = [each | {"id": f"sevt_{n}", "processed_at": ago(n)} for n, each in enumerate(EVENTS)]
    table = {
        "GET /v1/sessions": {"data": [session(1)], "next_page": None},
        "GET /v1/sessions/sesn_1/events": {"data": events, "next_page": None},
    }
    vendor = Vendor(table)
    steps = list(vendor.connector("anthropic", **RUNTIME).interactions(ONE, limit=50))
    assert [(step.role, step.kind, step.text, step.error) for step in steps] == [
        ("system", "error", "", "unknown_error: It broke."),
        ("assistant", "message", "Done.", ""),
        ("tool", "tool_result", "no such file", "no such file"),
        ("tool", "tool_result", "", "The tool failed."),
        ("assistant", "tool_call", 'arm.recall({"q": 1})', ""),
        ("user", "approval", "deny: Not that.", ""),
        ("user", "interrupt", "", ""),
        ("user", "message", "Hello\n[image]", ""),
    ]
    assert all(step.at for step in steps)
    assert "agent.message" in values(vendor.asked[-1], "types[]")
    assert "agent.thinking" not in values(vendor.asked[-1], "types[]")


def test_no_more_is_read_than_was_asked_for() -> None:
    message = {"id": "e", "type": "agent.message", "content": [], "processed_at": None}
    pages = {"data": [message] * 3, "next_page": None}
    table = {
        "GET /v1/sessions": {"data": [session(1), session(2)], "next_page": None},
        "GET /v1/sessions/sesn_1/events": pages,
    }
    vendor = Vendor(table)
    steps = list(vendor.connector("anthropic", **RUNTIME).interactions(ONE, limit=3))
    assert (len(steps), len(vendor.asked)) == (3, 2)
