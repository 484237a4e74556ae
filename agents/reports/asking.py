"""What a list of agents may be asked: filters, a search, an order, a page."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from agents.models import AgentStatus, AgentType, Environment, Health
from agents.models.vendors import VENDORS
from agents.words import Search
from armproject.lib.errors import InvalidInput
from armproject.lib.rest.filters import LONGEST_SEARCH, unknown_parameter
from armproject.lib.rest.order import Order
from armproject.lib.rest.pagination import PAGE_MOST, PER_PAGE, PER_PAGE_MOST, whole_number

NONE = "none"
PRESENCE: Mapping[str, tuple[str, tuple[tuple[str, Any], ...]]] = {
    "present": ("a.vanished_at IS NULL", (("vanished_at", None),)),
    "vanished": ("a.vanished_at IS NOT NULL", (("vanished_at__isnull", False),)),
    "all": ("", ()),
}
# The public name of an order, and the column that sorts.
ORDERS: Mapping[str, str] = {
    "created_at": "id",
    "name": "name",
    "health_score": "known_score",
    "last_active_at": "known_activity",
}
USUAL = "-created_at"
MOST_VALUES = 20
MOST_CHARACTERS = 200

# A condition as the thin list puts it, its values, and the same as a queryset's filter.
Condition = tuple[str, list[Any], tuple[str, Any]]


@dataclass(frozen=True, slots=True)
class Asked:
    """One question to the list, ready to be put: conditions with their values, order, place."""

    conditions: tuple[str, ...] = ()
    values: tuple[Any, ...] = ()
    lookups: tuple[tuple[str, Any], ...] = ()
    # The one vendor asked for, if the question is about nothing else: its count is known.
    only_vendor: str | None = None
    is_plain: bool = True
    search: Search | None = None
    ordering: str = USUAL
    page: int = 1
    per_page: int = PER_PAGE
    place: Sequence[Any] = field(default_factory=tuple)

    @property
    def is_behind(self) -> bool:
        """Whether the question goes on from a cursor."""
        return bool(self.place)

    @property
    def key(self) -> str:
        """Return what the database sorts by, before the id."""
        return f"a.{ORDERS[self.ordering.lstrip('-')]}"

    @property
    def direction(self) -> str:
        return "DESC" if self.ordering.startswith("-") else "ASC"

    @property
    def order(self) -> Order:
        return order_of(self.ordering)


def order_of(ordering: str) -> Order:
    """Return the terms that a cursor of this order keeps."""
    sign = "-" if ordering.startswith("-") else ""
    column = ORDERS[ordering.lstrip("-")]
    return Order(tuple(f"{sign}{name}" for name in dict.fromkeys((column, "id"))))


def asked(query: Mapping[str, str]) -> Asked:
    """Read query parameters; what is not known or not right is refused by name."""
    allowed = (*FILTERS, "presence", "search", "ordering", "page", "perPage", "cursor")
    for name, value in query.items():
        if name not in allowed:
            raise unknown_parameter(name, allowed)
        if "\0" in value or len(value) > MOST_CHARACTERS * MOST_VALUES:
            raise refused(name, "The value is too long, or holds a NUL character.")
    conditions = [FILTERS[name](name, query[name]) for name in FILTERS if query.get(name)]
    presence = _presence(query.get("presence") or "present")
    ordering = _ordering(query.get("ordering") or USUAL)
    search = _search(query.get("search", ""))
    vendors = [value for value in query.get("vendor", "").split(",") if value]
    is_plain = presence == "present" and search is None
    sql, lookups = PRESENCE[presence]
    return Asked(
        conditions=tuple(filter(None, (sql, *(sql for sql, _, _ in conditions)))),
        values=tuple(value for _, values, _ in conditions for value in values),
        lookups=(*lookups, *(lookup for _, _, lookup in conditions)),
        only_vendor=vendors[0] if is_plain and len(conditions) == len(vendors) == 1 else None,
        is_plain=is_plain and not conditions,
        search=search,
        ordering=ordering,
        page=whole_number(query, "page", 1, PAGE_MOST),
        per_page=whole_number(query, "perPage", PER_PAGE, PER_PAGE_MOST),
        place=_place(query, ordering),
    )


def refused(name: str, message: str) -> InvalidInput:
    return InvalidInput(message, fields={name: [message]})


def _choice(column: str, choices: Sequence[str]) -> Callable[[str, str], Condition]:
    def read(name: str, text: str) -> Condition:
        values = text.split(",")
        known = [NONE if value == "" else value for value in choices]
        if any(value not in known for value in values):
            raise refused(name, f"Choose among {', '.join(known)}; separate several by commas.")
        values = ["" if value == NONE and "" in choices else value for value in values]
        if len(values) == 1:
            return f"a.{column} = %s", values, (column, values[0])
        return f"a.{column} = ANY(%s)", [values], (f"{column}__in", values)

    return read


def _link(column: str) -> Callable[[str, str], Condition]:
    def read(name: str, text: str) -> Condition:
        if text == NONE:
            return f"a.{column} IS NULL", [], (column, None)
        try:
            return f"a.{column} = %s", [UUID(text)], (column, UUID(text))
        except ValueError:
            raise refused(name, f"Give an id, or {NONE}.") from None

    return read


def _text(column: str) -> Callable[[str, str], Condition]:
    return lambda _name, text: (f"a.{column} = %s", [text], (column, text))


FILTERS: Mapping[str, Callable[[str, str], Condition]] = {
    "vendor": _choice("vendor", tuple(VENDORS)),
    "status": _choice("status", AgentStatus.values),
    "type": _choice("type", AgentType.values),
    "health": _choice("health", Health.values),
    "environment": _choice("environment", Environment.values),
    "owner": _link("owner_id"),
    "connection": _link("connection_id"),
    "model": _text("model"),
    "cost_center": _text("cost_center"),
}


def _presence(text: str) -> str:
    if text not in PRESENCE:
        raise refused("presence", f"Choose one of {', '.join(PRESENCE)}.")
    return text


def _ordering(text: str) -> str:
    if text.lstrip("-") not in ORDERS or text.startswith("--"):
        message = f"This list is sorted by {', '.join(ORDERS)}; a minus turns one round."
        raise refused("ordering", message)
    return text


def _search(text: str) -> Search | None:
    if len(text) > LONGEST_SEARCH:
        raise refused("search", f"A search has at most {LONGEST_SEARCH} characters.")
    return Search.of(text) if text.strip() else None


def _place(query: Mapping[str, str], ordering: str) -> Sequence[Any]:
    cursor = query.get("cursor")
    if cursor is None:
        return ()
    if "page" in query:
        raise refused("cursor", "Give either page or cursor.")
    return order_of(ordering).place(cursor)
