"""What OpenAI reports of use and money, row by row. How the rows relate stands in openai.py."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import takewhile

from connectors.base import CostRow, Period, UsageRow
from connectors.fields import (
    Row,
    as_rows,
    count,
    moment,
    money,
    optional_count,
    optional_row,
    text,
)
from connectors.spans import floored

COMPLETIONS = "organization.usage.completions.result"

_MODEL = re.compile(r"[a-z0-9][\w.:/-]*[\d.-][\w.:/-]*")


def usage_rows(bucket: Row) -> Iterator[UsageRow]:
    """Read one bucket of the organization's report, and of it what counts tokens."""
    for row in as_rows(bucket.get("results"), "results"):
        if text(row, "object", COMPLETIONS) != COMPLETIONS:
            continue
        yield UsageRow(
            start=moment(bucket, "start_time"),
            end=moment(bucket, "end_time"),
            model=text(row, "model"),
            input_tokens=count(row, "input_tokens"),
            output_tokens=count(row, "output_tokens"),
            cached_tokens=optional_count(row, "input_cached_tokens") or 0,
            cache_write_tokens=optional_count(row, "input_cache_write_tokens") or 0,
            requests=count(row, "num_model_requests"),
            api_key=text(row, "api_key_id"),
            project=text(row, "project_id"),
            source=text(row, "api_source"),
        )


def cost_rows(bucket: Row) -> Iterator[CostRow]:
    """Read one day of the bill; a line without an amount says nothing and is left out."""
    for row in as_rows(bucket.get("results"), "results"):
        amount = optional_row(row, "amount")
        if amount.get("value") is None:
            continue
        item = text(row, "line_item")
        yield CostRow(
            start=moment(bucket, "start_time"),
            end=moment(bucket, "end_time"),
            amount=money(amount, "value"),
            currency=text(amount, "currency", "usd").upper(),
            item=item,
            model=model_of(item),
            api_key=text(row, "api_key_id"),
            project=text(row, "project_id"),
            source=text(row, "api_source"),
        )


def model_of(line_item: str) -> str:
    """Return the model that a line of the bill names, such as "gpt-6-astra, input_tokens"."""
    first = line_item.partition(",")[0].strip()
    return first if _MODEL.fullmatch(first) else ""


def session_usage(sessions: Iterable[Row], period: Period, width: timedelta) -> Iterator[UsageRow]:
    """Sum what sessions used, by agent, model and the bucket they began in; newest come first."""
    sums: dict[tuple[object, ...], UsageRow] = {}
    for session in takewhile(lambda each: moment(each, "created_at") >= period.start, sessions):
        if moment(session, "created_at") < period.end and session.get("usage") is not None:
            row = _session_row(session, width)
            known = sums.get(key := (row.start, row.agent, row.model))
            sums[key] = _added(known, row) if known else row
    yield from sums.values()


def _session_row(session: Row, width: timedelta) -> UsageRow:
    usage = optional_row(session, "usage")
    agent = optional_row(session, "agent")
    start = floored(moment(session, "created_at"), width)
    return UsageRow(
        start=start,
        end=start + width,
        model=text(agent, "model"),
        input_tokens=count(usage, "input_tokens"),
        output_tokens=count(usage, "output_tokens"),
        cached_tokens=count(optional_row(usage, "input_tokens_details"), "cached_tokens"),
        agent=text(agent, "id"),
        source="sessions",
    )


def _added(row: UsageRow, other: UsageRow) -> UsageRow:
    return replace(
        row,
        input_tokens=row.input_tokens + other.input_tokens,
        output_tokens=row.output_tokens + other.output_tokens,
        cached_tokens=row.cached_tokens + other.cached_tokens,
    )
