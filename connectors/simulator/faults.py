"""Faults on demand: what can go wrong between a customer and a vendor."""

import copy
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from connectors.simulator.calls import Call, Refused
from connectors.simulator.changes import Json

STATUSES = {
    "401": (401, "Incorrect API key provided."),
    "403": (403, "You have insufficient permissions for this operation."),
    "429": (429, "Rate limit reached for requests."),
    "500": (500, "The server had an error while processing your request."),
    "503": (503, "The service is temporarily unavailable."),
    "529": (529, "Overloaded"),
}
WIRE = ("hang", "drip", "malformed", "truncated", "flood")
BODY = (
    "endless",
    "repeat_cursor",
    "page_3_fails",
    "negative_tokens",
    "duplicate_usage",
    "schema_change",
)
KNOWN = (*STATUSES, *WIRE, *BODY)
_CURSORS = ("after", "page", "after_id", "before_id")
_THIRD = 2


@dataclass(slots=True)
class Fault:
    """One fault: for which vendor, path and key, and how often it still strikes."""

    vendor: str
    path: str
    fault: str
    times: int | None = None
    retry_after: float | None = None
    key: str | None = None
    pages: list[str] = field(default_factory=list)
    struck: int = 0

    def strikes(self, vendor: str, path: str, key: str) -> bool:
        return (
            self.vendor in {vendor, "*"}
            and self.path in path
            and self.key in {None, key}
            and (self.times is None or self.struck < self.times)
        )


class Faults:
    """The faults asked for, and a log of what was requested."""

    def __init__(self) -> None:
        self.rules: list[Fault] = []
        self.log: deque[Json] = deque(maxlen=5000)

    def find(self, vendor: str, path: str, key: str) -> Fault | None:
        return next((rule for rule in self.rules if rule.strikes(vendor, path, key)), None)


def before(fault: Fault, call: Call) -> Call:
    """Strike before the vendor answers: refuse, or make it forget the cursor."""
    if fault.fault in STATUSES:
        fault.struck += 1
        raise Refused(*STATUSES[fault.fault])
    if fault.fault == "page_3_fails":
        _count_pages(fault, call)
    if fault.fault in {"endless", "repeat_cursor"}:
        return call.without(*_CURSORS)
    return call


def after(fault: Fault, body: Json | None) -> Json | None:
    """Return what a fault makes of the vendor's answer."""
    if body is None or fault.fault not in BODY or fault.fault == "page_3_fails":
        return body
    fault.struck += 1
    body = copy.deepcopy(body)
    if fault.fault in {"endless", "repeat_cursor"}:
        _never_last(body, 0 if fault.fault == "repeat_cursor" else fault.struck)
    elif fault.fault == "negative_tokens":
        _negate(body)
    elif fault.fault == "duplicate_usage":
        _duplicate(body)
    else:
        _change_schema(body)
    return body


def _count_pages(fault: Fault, call: Call) -> None:
    cursor = next((value for name, value in call.query if name in _CURSORS), None)
    if cursor is None:
        fault.pages = []
    elif cursor not in fault.pages:
        fault.pages.append(cursor)
    if cursor is not None and fault.pages.index(cursor) + 1 >= _THIRD:
        fault.struck += 1
        raise Refused(*STATUSES["500"])


def _never_last(body: Json, number: int) -> None:
    """Announce one more page. With a number every page is new, without one all are the same."""
    if "has_more" in body:
        body["has_more"] = True
    if "next_page" in body:
        body["next_page"] = f"page_{number}"
    if "last_id" in body and body["data"] and number:
        for row in body["data"]:
            row["id"] = f"{row['id']}{number:06x}"
        body["first_id"], body["last_id"] = body["data"][0]["id"], body["data"][-1]["id"]


def _usage_rows(body: Json) -> Iterator[tuple[list[Any], Json]]:
    """Every row of a usage report with the list that holds it."""
    for row in body.get("data", ()):
        if "results" in row:
            for result in row["results"]:
                yield row["results"], result
        else:
            yield body["data"], row


def _negate(body: Json) -> None:
    for _, row in _usage_rows(body):
        counts = row.get("usage", row)
        if isinstance(counts.get("output_tokens"), int):
            counts["output_tokens"] = -abs(counts["output_tokens"]) - 1
            return


def _duplicate(body: Json) -> None:
    for rows, row in list(_usage_rows(body)):
        rows.append(copy.deepcopy(row))


def _change_schema(body: Json) -> None:
    """Rename what clients rely on: `data` of a list, `id` of an object."""
    old, new = ("data", "entries") if "data" in body else ("id", "identifier")
    if old in body:
        body[new] = body.pop(old)
