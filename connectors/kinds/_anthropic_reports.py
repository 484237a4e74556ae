"""What Anthropic reports of use and money, row by row. How the rows relate stands in anthropic.py.

The Analytics API is asked first. Where the organization may not read it or does not have it yet,
the whole period comes from the older reports instead, never a part of it.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple, TypeVar

from connectors.base import ConnectorError, CostRow, Period, UsageRow
from connectors.fields import (
    Row,
    as_row,
    as_rows,
    count,
    moment,
    money,
    optional_count,
    optional_row,
    text,
)
from connectors.kinds._anthropic_api import AdminApi
from connectors.spans import now, windows

T = TypeVar("T")

EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)
REACH_BACK = timedelta(days=364)
LONGEST = timedelta(days=31)
CENTS = Decimal(100)


class _Tokens(NamedTuple):
    """Tokens of a row; `input` is the total with what was read from and written to caches."""

    input: int
    output: int
    cached: int
    written: int


def usage(api: AdminApi, period: Period, width: timedelta) -> Iterator[UsageRow]:
    return _or_legacy(
        (
            usage_row(row)
            for part in windows(_reachable(period), LONGEST)
            for row in api.usage(part.start, part.end, width)
        ),
        lambda: (
            row
            for bucket in api.legacy_usage(period.start, period.end, width)
            for row in legacy_usage_rows(bucket)
        ),
    )


def costs(api: AdminApi, period: Period) -> Iterator[CostRow]:
    return _or_legacy(
        (
            cost_row(row)
            for part in windows(_reachable(period), LONGEST)
            for row in api.costs(part.start, part.end)
        ),
        lambda: (
            row
            for bucket in api.legacy_costs(period.start, period.end)
            for row in legacy_cost_rows(bucket)
        ),
    )


def _reachable(period: Period) -> Period:
    """Leave out what the Analytics API refuses: before 2026, and more than a year ago."""
    oldest = (now() - REACH_BACK).replace(hour=0, minute=0, second=0, microsecond=0)
    return Period(max(period.start, oldest, EARLIEST), period.end)


def _or_legacy(rows: Iterator[T], legacy: Callable[[], Iterator[T]]) -> Iterator[T]:
    """Yield the rows, or the legacy ones where already the first row may not be read."""
    try:
        first = next(rows, None)
    except ConnectorError as error:
        if error.fault not in {"permission", "not_found"}:
            raise
        yield from legacy()
        return
    if first is not None:
        yield first
        yield from rows


def usage_row(row: Row) -> UsageRow:
    group, used = as_row(row.get("group"), "group"), as_row(row.get("usage"), "usage")
    model, tokens = text(group, "model"), _tokens(used)
    return UsageRow(
        start=moment(row, "starting_at"),
        end=moment(row, "ending_at"),
        model=model,
        # Rows without a model are code execution: they count runs, not requests.
        requests=optional_count(used, "requests") if model else None,
        agent=text(group, "agent_id"),
        api_key=text(group, "api_key_id"),
        project=text(group, "workspace_id"),
        input_tokens=tokens.input,
        output_tokens=tokens.output,
        cached_tokens=tokens.cached,
        cache_write_tokens=tokens.written,
    )


def cost_row(row: Row) -> CostRow:
    """Read money: the amount is in cents and may have a fraction."""
    group, cost = as_row(row.get("group"), "group"), as_row(row.get("cost"), "cost")
    return CostRow(
        start=moment(row, "starting_at"),
        end=moment(row, "ending_at"),
        amount=money(cost, "amount") / CENTS,
        currency=text(cost, "currency", "USD").upper(),
        item=text(group, "cost_type"),
        model=text(group, "model"),
        agent=text(group, "agent_id"),
        api_key=text(group, "api_key_id"),
        project=text(group, "workspace_id"),
    )


def legacy_usage_rows(bucket: Row) -> Iterator[UsageRow]:
    for row in as_rows(bucket.get("results"), "results"):
        tokens = _tokens(row)
        yield UsageRow(
            start=moment(bucket, "starting_at"),
            end=moment(bucket, "ending_at"),
            model=text(row, "model"),
            api_key=text(row, "api_key_id"),
            project=text(row, "workspace_id"),
            input_tokens=tokens.input,
            output_tokens=tokens.output,
            cached_tokens=tokens.cached,
            cache_write_tokens=tokens.written,
        )


def legacy_cost_rows(bucket: Row) -> Iterator[CostRow]:
    for row in as_rows(bucket.get("results"), "results"):
        yield CostRow(
            start=moment(bucket, "starting_at"),
            end=moment(bucket, "ending_at"),
            amount=money(row, "amount") / CENTS,
            currency=text(row, "currency", "USD").upper(),
            item=text(row, "description") or text(row, "cost_type"),
            model=text(row, "model"),
            project=text(row, "workspace_id"),
        )


def _tokens(used: Row) -> _Tokens:
    created = optional_row(used, "cache_creation")
    lives = ("ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens")
    written = sum(optional_count(created, life) or 0 for life in lives)
    read = count(used, "cache_read_input_tokens")
    total = count(used, "uncached_input_tokens") + read + written
    return _Tokens(total, count(used, "output_tokens"), read, written)
