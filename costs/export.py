"""Usage as CSV that spreadsheets open without running anything, written as it is read."""

import csv
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from io import StringIO
from typing import Any

from django.db.models import Q, QuerySet

from accounts.fence import fenced
from armproject.lib import context
from armproject.lib.context import Context
from armproject.lib.rest.encoding import rfc3339
from costs.models import UsageRecord

PAGE = 1_000
MOST_ROWS = 1_000_000
COLUMNS = {
    "starts_at": "starts_at",
    "ends_at": "ends_at",
    "period": "period_type",
    "vendor": "vendor",
    "connection": "connection__name",
    "agent": "agent__name",
    "agent_id": "agent_id",
    "vendor_agent_id": "vendor_agent_id",
    "model": "model",
    "api_key": "api_key",
    "project": "project",
    "surface": "surface",
    "role": "role",
    "input_tokens": "input_tokens",
    "output_tokens": "output_tokens",
    "cached_tokens": "cached_tokens",
    "cache_write_tokens": "cache_write_tokens",
    "total_tokens": "total_tokens",
    "requests": "requests",
    "errors": "errors",
    "input_cost": "input_cost",
    "output_cost": "output_cost",
    "total_cost": "total_cost",
    "currency": "currency",
    "cost_source": "cost_source",
    "estimated_cost": "estimated_cost",
    "price_version": "price_version",
}
# A cell that begins with one of these is a formula to a spreadsheet, or hides one.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def usage_csv(rows: "QuerySet[UsageRecord]") -> Iterator[str]:
    """Return the lines of these rows, newest first; each page has a transaction of its own.

    The response is written after the request's own transaction has ended, so that the pages put
    up the caller's fence again.
    """
    return _written(rows, context.current())


def _written(rows: "QuerySet[UsageRecord]", caller: Context) -> Iterator[str]:
    yield _lines([list(COLUMNS)])
    place: tuple[Any, Any] | None = None
    for _ in range(MOST_ROWS // PAGE):
        with context.use(caller), fenced():
            page = _page(rows, place)
        if page:
            yield _lines([[safe(cell) for cell in row[1:]] for row in page])
            place = (page[-1][1], page[-1][0])
        if len(page) < PAGE:
            return


def safe(value: Any) -> str:
    """Return a value as the text of a cell that is no formula."""
    match value:
        case None:
            return ""
        case datetime():
            return rfc3339(value)
        case Decimal():
            return format(value, "f")
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def _page(rows: "QuerySet[UsageRecord]", place: tuple[Any, Any] | None) -> list[tuple[Any, ...]]:
    if place is not None:
        starts_at, pk = place
        behind = Q(starts_at__lt=starts_at) | Q(starts_at=starts_at, pk__lt=pk)
        rows = rows.filter(behind, starts_at__lte=starts_at)
    return list(rows.order_by("-starts_at", "-pk").values_list("pk", *COLUMNS.values())[:PAGE])


def _lines(rows: list[list[str]]) -> str:
    text = StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()
