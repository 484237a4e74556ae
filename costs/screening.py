"""Rows of a vendor that cannot be right are set aside and counted, so that the rest can be kept."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from re import compile as pattern
from typing import Generic, TypeVar

from connectors.base import CostRow, Period, Unread, UsageRow

MOST_TOKENS = 10**15
MOST_MONEY = Decimal(10) ** 9
LONGEST_TEXT = 200
LONGEST_ITEM = 300
LONGEST_TOGETHER = 1_500  # bytes; together they are the key of an index
WIDTHS = (timedelta(hours=1), timedelta(days=1))
_CURRENCY = pattern(r"[A-Z]{3}")

Row = TypeVar("Row", UsageRow, CostRow)


@dataclass(frozen=True, slots=True)
class Screened(Generic[Row]):
    """The rows that can be kept, and for each kind of trouble how many were set aside."""

    rows: list[Row]
    unread: list[Unread]


def screen_usage(rows: Iterable[UsageRow], period: Period) -> Screened[UsageRow]:
    return _screen(rows, lambda row: _usage_trouble(row, period), usage_identity, "usage rows")


def screen_costs(rows: Iterable[CostRow], period: Period) -> Screened[CostRow]:
    return _screen(rows, lambda row: _cost_trouble(row, period), cost_identity, "cost rows")


def usage_identity(row: UsageRow) -> Hashable:
    """Return what makes a row one row: the same traffic is never kept twice."""
    return row.start, row.end, row.agent, row.api_key, row.project, row.model, row.source


def cost_identity(row: CostRow) -> Hashable:
    return (
        *(row.start, row.end, row.item, row.model, row.agent, row.api_key, row.project),
        *(row.source, row.currency),
    )


def _screen(
    rows: Iterable[Row],
    trouble: Callable[[Row], str],
    identity: Callable[[Row], Hashable],
    what: str,
) -> Screened[Row]:
    kept: dict[Hashable, Row] = {}
    aside: dict[str, int] = {}
    for row in rows:
        why = trouble(row) or ("told twice" if identity(row) in kept else "")
        if why:
            aside[why] = aside.get(why, 0) + 1
        else:
            kept[identity(row)] = row
    unread = [Unread(f"{count} {what}", why, "malformed") for why, count in sorted(aside.items())]
    return Screened(list(kept.values()), unread)


def _usage_trouble(row: UsageRow, period: Period) -> str:
    counts = (row.input_tokens, row.output_tokens, row.cached_tokens, row.cache_write_tokens)
    volumes = (row.requests or 0, row.errors or 0)
    if min(*counts, *volumes) < 0:
        return "a negative count"
    if max(*counts, *volumes) > MOST_TOKENS:
        return "a count out of range"
    if row.cached_tokens + row.cache_write_tokens > row.input_tokens:
        return "more cached tokens than input tokens"
    texts = (row.model, row.agent, row.api_key, row.project, row.source)
    return _time_trouble(row, period) or _text_trouble(texts)


def _cost_trouble(row: CostRow, period: Period) -> str:
    if not row.amount.is_finite() or abs(row.amount) >= MOST_MONEY:
        return "an amount out of range"
    if not _CURRENCY.fullmatch(row.currency):
        return "an unknown currency"
    texts = (row.model, row.agent, row.api_key, row.project, row.source)
    return _time_trouble(row, period) or _text_trouble(texts, (row.item,))


def _time_trouble(row: UsageRow | CostRow, period: Period) -> str:
    if row.end - row.start not in WIDTHS:
        return "neither an hour nor a day"
    if not period.start <= row.start < period.end:
        return "outside the time that was asked for"
    return ""


def _text_trouble(names: Iterable[str], items: Iterable[str] = ()) -> str:
    limits = [(name, LONGEST_TEXT) for name in names] + [(item, LONGEST_ITEM) for item in items]
    together = "".join(text for text, _ in limits)
    size = len(together.encode(errors="replace"))
    damaged = "\0" in together or any("\ud800" <= sign <= "\udfff" for sign in together)
    if damaged or size > LONGEST_TOGETHER or any(len(text) > most for text, most in limits):
        return "a name that is too long or damaged"
    return ""
