"""The vendors' ways of cutting a list into pages."""

import base64
import binascii
import json
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any, TypeVar

from connectors.simulator.calls import BAD_REQUEST, Call, Refused
from connectors.simulator.changes import Json

T = TypeVar("T")

MOST = 100
MOST_ADMIN = 1000
DEFAULT = 20


def by_last_id(rows: Iterable[T], show: Callable[[T], Json], limit: int) -> Json:
    """OpenAI's lists: the cursor is the last id, `has_more` says whether to go on.

    The rows are those beyond the cursor; no more than one page and one are read.
    """
    found = list(islice(rows, limit + 1))
    data = [show(row) for row in found[:limit]]
    return {
        "object": "list",
        "data": data,
        "first_id": data[0]["id"] if data else None,
        "last_id": data[-1]["id"] if data else None,
        "has_more": len(found) > limit,
    }


def after(rows: Iterable[T], cursor: str | None, id_of: Callable[[T], str]) -> Iterable[T]:
    """Skip to the rows that follow the one the cursor names."""
    if cursor is None:
        return rows
    walk = iter(rows)
    for row in walk:
        if id_of(row) == cursor:
            return walk
    raise Refused(
        BAD_REQUEST, f"No item found with id '{cursor}'.", code="invalid_value", param="after"
    )


def by_neighbour(rows: list[Json], call: Call) -> Json:
    """Anthropic's admin and model lists: `after_id` or `before_id`, up to 1000 at once."""
    limit = call.number("limit", DEFAULT, 1, MOST_ADMIN)
    names = [row["id"] for row in rows]
    start, end = 0, len(rows)
    for name in ("after_id", "before_id"):
        cursor = call.one(name)
        if cursor is None:
            continue
        if cursor not in names:
            raise Refused(BAD_REQUEST, f"{name}: no such object", param=name)
        if name == "after_id":
            start = names.index(cursor) + 1
        else:
            end = names.index(cursor)
            start = max(start, end - limit)
    data = rows[start:end][:limit]
    more = start > 0 if call.one("before_id") else start + len(data) < end
    return {
        "data": data,
        "has_more": more,
        "first_id": data[0]["id"] if data else None,
        "last_id": data[-1]["id"] if data else None,
    }


def token(position: Json) -> str:
    """Write an opaque cursor."""
    raw = json.dumps(position, separators=(",", ":")).encode()
    return "page_" + base64.urlsafe_b64encode(raw).decode().rstrip("=")


def position(call: Call) -> dict[str, Any]:
    """Read what the cursor of this call says; empty on the first page."""
    cursor = call.one("page")
    if cursor is None:
        return {}
    raw = cursor.removeprefix("page_")
    try:
        found = json.loads(base64.urlsafe_b64decode(raw + "=" * (-len(raw) % 4)))
    except (binascii.Error, ValueError):
        found = None
    if not isinstance(found, dict):
        raise Refused(BAD_REQUEST, "page: invalid cursor", code="invalid_value", param="page")
    return found


def by_token(
    rows: Iterable[T],
    show: Callable[[T], Json],
    call: Call,
    *,
    most: int = MOST,
    as_of: int | None = None,
) -> Json:
    """Anthropic's newer lists: an opaque cursor that counts rows.

    `as_of` keeps the moment of the first page, so that a growing list does not shift.
    """
    limit = call.number("limit", DEFAULT, 1, most)
    start = int(position(call).get("at", 0))
    found = list(islice(rows, start, start + limit + 1))
    more = len(found) > limit
    return {
        "data": [show(row) for row in found[:limit]],
        "next_page": token({"at": start + limit, "as_of": as_of}) if more else None,
    }


def moment(call: Call) -> int:
    """Return the time at which the first page of this list was read."""
    return int(position(call).get("as_of") or call.now)
