"""The list of agents, as JSON that the database writes.

One statement, prepared once in each connection, whatever the size of the inventory: a page starts
in an index where the one before ended, and the number of all agents is kept, not counted. Only a
filtered list is counted, up to a limit. A search compares the index of words first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol
from uuid import UUID

from accounts.fence import current_organization_id
from accounts.permissions import reach
from agents.reports.asking import Asked, asked
from agents.reports.finding import Hits, read
from armproject.lib.rest.encoding import dumps
from armproject.lib.rest.pagination import COUNT_MOST

MOMENT = (
    """replace(to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), '.000000Z', 'Z')"""
)
COLUMNS = {
    "id": "a.id",
    "name": "a.name",
    "vendor": "a.vendor",
    "vendor_agent_id": "a.vendor_agent_id",
    "type": "a.type",
    "status": "a.status",
    "model": "a.model",
    "connection": "a.connection_id",
    "owner": "a.owner_id",
    "owner_name": "(SELECT coalesce(nullif(u.name, ''), u.email) FROM accounts_user u"
    " WHERE u.id = a.owner_id)",
    "environment": "a.environment",
    "cost_center": "a.cost_center",
    "health": "a.health",
    "health_score": "a.health_score",
    "health_checked_at": MOMENT.format("a.health_checked_at"),
    "error_rate": "a.error_rate::text",
    "last_active_at": MOMENT.format("a.last_active_at"),
    "last_error": "a.last_error",
    "paused_at": MOMENT.format("a.paused_at"),
    "discovered_via": "a.discovered_via",
    "confidence": "a.confidence::text",
    "vanished_at": MOMENT.format("a.vanished_at"),
    "created_at": MOMENT.format("a.created_at"),
    "updated_at": MOMENT.format("a.updated_at"),
}
SHAPE = ", ".join(f"{sql} AS {name}" for name, sql in COLUMNS.items())
SHOWN = f"(SELECT row_to_json(shown)::text FROM (SELECT {SHAPE}) AS shown) AS shown"  # noqa: S608
# The rows of a page as one text, how many there are with the one behind it, and the last one's
# place. An aggregate takes the rows in the order of the subquery.
PAGE = """
'[' || coalesce(array_to_string((array_agg(page.shown))[:%s], ','), '') || ']', count(*),
 (array_agg(page.id))[%s]::text, (array_agg(page.key))[%s]
"""


class Read(Protocol):
    """Runs a statement; `one_plan` says that one plan is right whatever the values are."""

    def __call__(
        self, statement: str, values: Sequence[Any], *, one_plan: bool = False
    ) -> list[tuple[Any, ...]]: ...


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the list: `rows` is a JSON array, `meta` tells where it stands and what follows."""

    rows: str
    meta: Mapping[str, Any]

    def body(self) -> bytes:
        """Return the whole answer."""
        return b'{"success":true,"data":%s,"meta":%s}' % (self.rows.encode(), dumps(self.meta))


@dataclass(frozen=True, slots=True)
class Where:
    """Which rows: conditions with their values, and what a search found, if there was one."""

    conditions: tuple[str, ...]
    values: tuple[Any, ...]
    hits: Hits | None = None

    @property
    def sql(self) -> str:
        return " AND ".join(self.conditions)

    @property
    def found(self) -> tuple[str, tuple[Any, ...]]:
        """What goes before the statement: the hits, compared once for the page and its count."""
        if self.hits is None:
            return "", ()
        return f"WITH hits AS MATERIALIZED ({self.hits.statement}) ", self.hits.values


def list_agents(query: Mapping[str, str], read: Read = read) -> Page:
    """Return the page of the inventory that these query parameters ask for.

    `read` runs a statement; it is called inside the fence, or puts it up by itself.
    """
    question, mine = asked(query), reach("agents.read")
    if mine is not None:  # what is kept of all agents tells nothing of those within reach
        question = replace(question, is_plain=False, only_vendor=None)
    where = _where(question, mine)
    found, hits = where.found
    total, total_values = _total(question, where)
    page, place = _window(question)
    order = f"{question.key} {question.direction}, a.id {question.direction}"
    statement = (
        f"{found}SELECT {PAGE}, {total}"  # noqa: S608 - fragments of our own, values bound
        # The rows are found first, and only those of the page become JSON.
        f" FROM (SELECT {SHOWN}, a.id, {question.key} AS key"
        f"  FROM (SELECT * FROM agents_agent a WHERE {where.sql}{place} ORDER BY {order} {page}) a"
        f"  ORDER BY {order}) AS page"
    )
    cut = [question.per_page] * PAGE.count("%s")
    values = [*hits, *cut, *total_values, *where.values, *_window_values(question)]
    (rows,) = read(statement, values, one_plan=question.is_plain)
    return _page(question, rows)


def _where(question: Asked, mine: frozenset[UUID] | None) -> Where:
    conditions = ("a.organization_id = %s", "a.removed_at IS NULL", *question.conditions)
    values = (current_organization_id(), *question.values)
    if mine is not None:
        conditions, values = (*conditions, "a.id = ANY(%s)"), (*values, list(mine))
    if question.search is None:
        return Where(conditions, values)
    if question.search.is_empty:
        return Where((*conditions, "false"), values)
    found = "a.id IN (SELECT agent_id FROM hits)"
    return Where((*conditions, found), values, Hits.of(question.search))


def _window(question: Asked) -> tuple[str, str]:
    """Return the part of the statement that cuts out the page, and the one that finds its place."""
    if not question.is_behind:
        return "LIMIT %s OFFSET %s", ""
    sign = "<" if question.direction == "DESC" else ">"
    if len(question.place) == 1:
        return "LIMIT %s", f" AND a.id {sign} %s"
    # The first bound alone leads the database to the place in the index.
    bound = f" AND {question.key} {sign}= %s"
    return "LIMIT %s", f"{bound} AND ({question.key}, a.id) {sign} (%s, %s)"


def _window_values(question: Asked) -> list[Any]:
    if question.is_behind:
        place = list(question.place)
        return [*(place[:1] if len(place) > 1 else ()), *place, question.per_page + 1]
    return [question.per_page + 1, (question.page - 1) * question.per_page]


def _total(question: Asked, where: Where) -> tuple[str, list[Any]]:
    """Return how the number of all rows is known: kept for plain lists, counted to a limit else."""
    if question.is_behind:
        return "NULL", []
    if question.is_plain or question.only_vendor:
        kept = "SELECT coalesce(sum(present), 0) FROM agents_vendorcount WHERE organization_id = %s"
        if question.only_vendor:
            return f"({kept} AND vendor = %s)", [current_organization_id(), question.only_vendor]
        return f"({kept})", [current_organization_id()]
    counted = f"SELECT FROM agents_agent a WHERE {where.sql} LIMIT {COUNT_MOST + 1}"
    return f"(SELECT count(*) FROM ({counted}) AS counted)", list(where.values)  # noqa: S608


def _page(question: Asked, found: tuple[Any, ...]) -> Page:
    shown, number, last_id, last_key, total = found
    meta: dict[str, Any] = {"perPage": question.per_page, "nextCursor": None}
    if not question.is_behind:
        all_, most = int(total), COUNT_MOST
        meta |= {"page": question.page, "total": min(all_, most), "totalIsCapped": all_ > most}
    if number > question.per_page:
        place = {question.order.terms[0].lstrip("-"): last_key, "id": UUID(last_id)}
        meta["nextCursor"] = question.order.cursor(place)
    return Page(shown, meta)
