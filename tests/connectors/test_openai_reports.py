"""What OpenAI reports of use and money, and what agents there said."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx2
import pytest

from connectors.base import (
    ConnectorError,
    Period,
)
from tests.connectors.openai_rows import (
    ADMIN,
    BOTH,
    NOW,
    ONE,
    RUNTIME,
    page,
    session,
    tokens,
    turn,
)
from tests.connectors.vendor import Vendor, listed, ref

DAY = timedelta(days=1)
MORNING = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def queries(vendor: Vendor) -> list[list[tuple[str, str]]]:
    return [list(request.url.params.multi_items()) for request in vendor.asked]


def test_usage_is_the_organizations_report_by_hour() -> None:
    second = page(tokens(model="gpt-5-mini", api_source="agents_api"))
    pages = [page(tokens(), has_more=True, next_page="page_2"), second]
    vendor = Vendor({"GET /v1/organization/usage/completions": pages})
    rows = list(vendor.connector("openai", **ADMIN).usage(Period(MORNING - DAY, MORNING)))
    assert [row.model for row in rows] == ["gpt-5.5", "gpt-5-mini"]
    row = rows[0]
    assert (row.input_tokens, row.cached_tokens, row.cache_write_tokens) == (1000, 400, 100)
    assert (row.output_tokens, row.requests, row.agent) == (500, 5, "")
    assert (row.project, row.api_key, row.source) == ("proj_1", "key_1", "unlabeled")
    assert row.start == datetime.fromtimestamp(1_730_419_200, UTC)
    first, second_query = queries(vendor)
    assert ("bucket_width", "1h") in first
    assert ("start_time", str(int((MORNING - DAY).timestamp()) - 1800)) in first
    assert ("end_time", str(int(MORNING.timestamp()))) in first
    groups = [value for name, value in first if name == "group_by[]"]
    assert groups == ["project_id", "api_key_id", "model", "api_source"]
    assert ("page", "page_2") in second_query


def test_long_periods_are_read_by_day() -> None:
    vendor = Vendor({"GET /v1/organization/usage/completions": page()})
    list(vendor.connector("openai", **ADMIN).usage(Period(MORNING - 40 * DAY, MORNING)))
    assert ("bucket_width", "1d") in queries(vendor)[0]
    start = (MORNING - 40 * DAY).replace(hour=0, minute=0)
    assert ("start_time", str(int(start.timestamp()))) in queries(vendor)[0]


def test_rows_that_count_no_tokens_are_passed_over() -> None:
    other = {"object": "organization.usage.web_searches.result", "num_requests": 3}
    vendor = Vendor({"GET /v1/organization/usage/completions": page(other, tokens())})
    rows = list(vendor.connector("openai", **ADMIN).usage(Period(MORNING - DAY, MORNING)))
    assert [row.input_tokens for row in rows] == [1000]


@pytest.mark.parametrize(
    "wrong", [{"input_tokens": "1000"}, {"input_tokens": None}, {"output_tokens": 1.5}]
)
def test_tokens_that_are_no_numbers_are_not_counted_as_none(wrong: dict[str, Any]) -> None:
    vendor = Vendor({"GET /v1/organization/usage/completions": page(tokens(**wrong))})
    with pytest.raises(ConnectorError) as caught:
        list(vendor.connector("openai", **ADMIN).usage(Period(MORNING - DAY, MORNING)))
    assert caught.value.fault == "malformed"


def test_usage_without_an_admin_key_is_the_sum_of_sessions() -> None:
    def used(count: int) -> dict[str, Any]:
        return {
            "input_tokens": count,
            "input_tokens_details": {"cached_tokens": count // 2},
            "output_tokens": 7,
            "output_tokens_details": {"reasoning_tokens": 1},
            "total_tokens": count + 7,
        }

    at = int(MORNING.timestamp())
    sessions = [
        session(1, created_at=at + 60, usage=used(1)),
        session(2, created_at=at - 60, usage=used(100)),
        session(3, created_at=at - 120, usage=used(10)),
        session(4, created_at=at - 180, usage=None),
        session(5, created_at=at - 200_000, usage=used(5000)),
    ]
    vendor = Vendor({"GET /v1/agents/sessions": listed(*sessions)})
    (row,) = vendor.connector("openai", **RUNTIME).usage(Period(MORNING - DAY, MORNING))
    assert (row.agent, row.model, row.source) == ("agent_1", "gpt-5.5", "sessions")
    assert (row.input_tokens, row.cached_tokens, row.output_tokens) == (110, 55, 14)
    assert row.start == MORNING.replace(minute=0)


def line(value: Any, item: str = "gpt-6-astra, input_tokens") -> dict[str, Any]:
    return {
        "object": "organization.costs.result",
        "amount": {"value": value, "currency": "usd"},
        "line_item": item,
        "project_id": "proj_1",
        "api_key_id": None,
    }


def costs(content: Any) -> Iterable[Any]:
    vendor = Vendor({"GET /v1/organization/costs": content})
    return list(vendor.connector("openai", **ADMIN).costs(Period(MORNING - DAY, MORNING)))


def test_costs_are_exact_dollars() -> None:
    body = (
        b'{"object":"page","has_more":false,"next_page":null,"data":[{"object":"bucket",'
        b'"start_time":1730419200,"end_time":1730505600,"results":[{"object":'
        b'"organization.costs.result","amount":{"value":0.06,"currency":"usd"},'
        b'"line_item":"gpt-6-astra, input_tokens","project_id":"proj_1"}]}]}'
    )
    (row,) = costs(httpx2.Response(200, content=body))
    assert row.amount == Decimal("0.06")
    assert (row.currency, row.item, row.model) == (
        "USD",
        "gpt-6-astra, input_tokens",
        "gpt-6-astra",
    )
    assert row.end - row.start == DAY


@pytest.mark.parametrize(
    ("item", "model"),
    [
        ("gpt-6-astra, output_tokens", "gpt-6-astra"),
        ("ft:gpt-4o:acme:x:1, input_tokens", "ft:gpt-4o:acme:x:1"),
        ("o3, input_tokens", "o3"),
        ("Code interpreter sessions", ""),
        ("web search, calls", ""),
        ("", ""),
    ],
)
def test_the_model_is_read_from_the_line_of_the_bill(item: str, model: str) -> None:
    assert [row.model for row in costs(page(line(1, item)))] == [model]


def test_a_line_without_an_amount_is_left_out() -> None:
    assert costs(page(line(None), {"object": "organization.costs.result"})) == []


@pytest.mark.parametrize("amount", ["much", True, {"a": 1}, 10**12])
def test_an_amount_that_is_none_is_malformed(amount: Any) -> None:
    with pytest.raises(ConnectorError) as caught:
        costs(page(line(amount)))
    assert caught.value.fault == "malformed"


def test_costs_need_the_admin_key() -> None:
    with pytest.raises(ConnectorError, match="admin key"):
        Vendor({}).connector("openai", **RUNTIME).costs(Period(MORNING - DAY, MORNING))


ITEMS: list[dict[str, Any]] = [
    {"id": "i9", "turn_id": "turn_1", "type": "message", "role": "assistant", "content": [
        {"type": "output_text", "text": "Done."}]},
    {"id": "i8", "turn_id": "turn_1", "type": "command_execution", "command": "ls", "output": "a"},
    {"id": "i7", "turn_id": "turn_1", "type": "mcp_call", "server_label": "arm", "name": "recall",
     "arguments": {"q": 1.5}, "output": None, "error": {"code": "denied"}},
    {"id": "i6", "turn_id": "turn_1", "type": "computer_use_call", "title": "Click",
     "output": {"type": "computer_screenshot", "image_url": "data:image/jpeg;base64,AAAA"}},
    {"id": "i5", "turn_id": "turn_1", "type": "function_call_output", "output": None,
     "error": "It broke."},
    {"id": "i4", "turn_id": "turn_1", "type": "function_call", "name": "find", "call_id": "c",
     "arguments": {"order": "1"}},
    {"id": "i3", "turn_id": "turn_1", "type": "reasoning", "summary": [
        {"type": "summary_text", "text": "Look it up."}]},
    {"id": "i2", "turn_id": "turn_1", "type": "never_seen_before"},
    {"id": "i1", "turn_id": "turn_1", "type": "message", "role": "user", "content": [
        {"type": "input_text", "text": "Hello"}, {"type": "input_image", "image_url": "data:"}]},
]  # fmt: skip


def test_every_kind_of_item_is_told_in_words() -> None:
    table = {
        "GET /v1/agents/sessions": listed(session(1)),
        "GET /v1/agents/sessions/asess_1/turns": listed(turn(1)),
        "GET /v1/agents/sessions/asess_1/items": listed(*ITEMS),
    }
    steps = list(Vendor(table).connector("openai", **RUNTIME).interactions(ONE, limit=50))
    assert [(step.role, step.kind, step.text, step.error) for step in steps] == [
        ("assistant", "message", "Done.", ""),
        ("assistant", "tool_call", "ls\na", ""),
        ("assistant", "tool_call", 'arm.recall({"q": 1.5})', '{"code": "denied"}'),
        ("assistant", "tool_call", "computer_use_call(Click)", ""),
        ("tool", "tool_result", "", "It broke."),
        ("assistant", "tool_call", 'find({"order": "1"})', ""),
        ("assistant", "reasoning", "Look it up.", ""),
        ("assistant", "tool_call", "never_seen_before()", ""),
        ("user", "message", "Hello\n[input_image]", ""),
    ]
    assert {step.at for step in steps} == {datetime.fromtimestamp(NOW - 100, UTC)}


def test_a_failed_turn_is_told_and_the_limit_is_kept() -> None:
    failed = turn(1, "failed", error={"code": "server_error", "message": "Oops."})
    table = {
        "GET /v1/agents/sessions": listed(session(1), session(2)),
        "GET /v1/agents/sessions/asess_1/turns": listed(failed),
        "GET /v1/agents/sessions/asess_1/items": listed(*ITEMS),
    }
    vendor = Vendor(table)
    steps = list(vendor.connector("openai", **RUNTIME).interactions(ONE, limit=3))
    assert (steps[0].kind, steps[0].error) == ("error", "server_error: Oops.")
    assert len(steps) == 3
    assert len(vendor.asked) == 3


def test_a_key_has_no_conversations_to_read() -> None:
    with pytest.raises(ConnectorError) as caught:
        Vendor({}).connector("openai", **BOTH).interactions(ref("key_1", "api_key"), limit=5)
    assert caught.value.fault == "unsupported"
