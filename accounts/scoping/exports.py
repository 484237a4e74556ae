"""Lists as files: CSV that no spreadsheet executes, and JSON lines, streamed page by page."""

import csv
import io
import json
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse

from accounts.fence import fenced
from accounts.present_rights import present_rights
from armproject.lib import context
from armproject.lib.errors import Forbidden
from armproject.lib.rest.order import Order

PAGE = 1_000
KINDS = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl"}
# Spreadsheets run cells that begin with one of these, also after blanks and in full-width form.
DANGEROUS = ("=", "+", "-", "@", "|", "%", "\t", "\r", "\n")

Columns = Mapping[str, Callable[[Any], Any]]


def stream(
    queryset: "QuerySet[Any]", columns: Columns, *, kind: str, filename: str
) -> StreamingHttpResponse:
    """Answer with all rows as a download; memory and transactions stay as small as one page.

    Rows are read after the view has returned, by the caller of this call and inside its fence,
    in the queryset's order, each page in a transaction of its own. Once the caller has lost a
    right they came with, no further page is read and the download breaks off.
    """
    rows = pages_of(queryset, context.current())
    text = _csv(rows, columns) if kind == "csv" else _json_lines(rows, columns)
    response = StreamingHttpResponse(text, content_type=KINDS[kind])
    response["Content-Disposition"] = f'attachment; filename="{filename}.{kind}"'
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response


def safe_cell(value: Any) -> Any:
    """Return the value for a cell; text that a spreadsheet would run gets a leading quote."""
    if value is None:
        return ""
    if isinstance(value, bool | int | float | Decimal):
        return value
    text = value if isinstance(value, str) else _plain(value)
    plain = unicodedata.normalize("NFKC", text)
    if plain.startswith(DANGEROUS) or plain.lstrip().startswith(DANGEROUS):
        return f"'{text}"
    return text


def pages_of(queryset: "QuerySet[Any]", caller: context.Context) -> Iterator[list[Any]]:
    """Yield pages, each starting where the one before ended, as long as the caller may read."""
    order = Order.of(queryset)
    queryset = queryset.order_by(*order.terms)
    place: str | None = None
    while True:
        with context.use(caller), fenced():
            _refuse_who_lost_rights(caller)
            behind = queryset if place is None else queryset.filter(order.after(order.place(place)))
            page = list(behind[:PAGE])
        if page:
            yield page
        if len(page) < PAGE:
            return
        place = order.cursor(page[-1])


def _refuse_who_lost_rights(caller: context.Context) -> None:
    if caller.principal is not None and not caller.rights <= present_rights(caller.principal):
        raise Forbidden("You may not do any more what you could when this export began.")


def _csv(pages: Iterator[list[Any]], columns: Columns) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL)
    writer.writerow(columns)
    for page in pages:
        writer.writerows([safe_cell(read(row)) for read in columns.values()] for row in page)
        yield _taken(buffer)
    yield _taken(buffer)


def _json_lines(pages: Iterator[list[Any]], columns: Columns) -> Iterator[str]:
    for page in pages:
        lines = ({name: read(row) for name, read in columns.items()} for row in page)
        yield "".join(f"{_plain(line)}\n" for line in lines)


def _taken(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text


def _plain(value: Any) -> str:
    if isinstance(value, Mapping | list | tuple):
        return json.dumps(value, ensure_ascii=False, default=_text)
    return _text(value)


def _text(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
