"""The order of a list and the place in it: what sorts, what breaks ties, where a page ended."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core import signing
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model, Q, QuerySet
from django.db.models.constants import LOOKUP_SEP

from armproject.lib.errors import InvalidInput

SALT = "armproject.lib.rest.cursor"
_READ: dict[str, Callable[[str], Any]] = {
    "t": datetime.fromisoformat,
    "d": date.fromisoformat,
    "n": Decimal,
    "u": UUID,
}


@dataclass(frozen=True, slots=True)
class Order:
    """The terms a list is sorted by, as `order_by` takes them; the last one is unique."""

    terms: tuple[str, ...]

    @classmethod
    def of(cls, queryset: "QuerySet[Any]") -> "Order":
        """Return the order of this queryset, made total by the primary key."""
        terms = tuple(queryset.query.order_by or queryset.model._meta.ordering)
        for term in terms:
            _check(queryset, term)
        return cls(with_tie_breaker(terms, queryset.model))

    def after(self, place: Sequence[Any]) -> Q:
        """Return the condition for rows behind this place.

        The first column is also bounded by itself, because only that lets PostgreSQL start in the
        index where the page starts; columns with nulls cannot be compared and are refused.
        """
        condition = Q()
        for term, value in reversed(list(zip(self.terms, place, strict=True))):
            name, strictly = term.lstrip("-"), "lt" if term.startswith("-") else "gt"
            behind = Q(**{f"{name}__{strictly}": value})
            condition = behind | (Q(**{name: value}) & condition) if condition else behind
        first = self.terms[0]
        bound = "lte" if first.startswith("-") else "gte"
        return Q(**{f"{first.lstrip('-')}__{bound}": place[0]}) & condition

    def cursor(self, row: Any) -> str:
        """Return the place of this row as an opaque, signed text."""
        place = [_written(_value(row, term.lstrip("-"))) for term in self.terms]
        return signing.Signer(salt=SALT).sign_object([self.terms, place])

    def place(self, cursor: str) -> list[Any]:
        """Return the place a cursor names; one that we did not write for this order is refused."""
        try:
            terms, place = signing.Signer(salt=SALT).unsign_object(cursor)
        except (signing.BadSignature, ValueError, UnicodeError):
            raise InvalidInput(
                "The cursor is not one of ours; take it unchanged from meta.nextCursor.",
                fields={"cursor": ["Not a cursor of this API."]},
            ) from None
        if tuple(terms) != self.terms:
            raise InvalidInput(
                "The cursor belongs to another ordering; begin again without it.",
                fields={"cursor": ["Belongs to another ordering."]},
            )
        return [_READ[kind](text) if kind in _READ else text for kind, text in place]


def with_tie_breaker(terms: Sequence[str], model: type[Model]) -> tuple[str, ...]:
    """Return the terms with the primary key behind them, in the direction of the last one."""
    key = model._meta.pk.name
    for index, term in enumerate(terms):
        if term.lstrip("-") in {key, "pk"}:
            return (*terms[:index], term)
    sign = "-" if not terms or terms[-1].startswith("-") else ""
    return (*terms, f"{sign}{key}")


def _check(queryset: "QuerySet[Any]", term: object) -> None:
    """Refuse an order that has no place to come back to; this is our defect, not the caller's."""
    if not isinstance(term, str) or term == "?":
        raise ImproperlyConfigured(f"A list cannot be sorted by {term!r}; name a field.")
    if term.lstrip("-") in queryset.query.annotations:
        return  # its author promises a value in every row
    model: Any = queryset.model
    for part in term.lstrip("-").split(LOOKUP_SEP):
        field = model._meta.get_field(model._meta.pk.name if part == "pk" else part)
        if getattr(field, "null", False):
            raise ImproperlyConfigured(f"A list cannot be sorted by {term!r}: it may be null.")
        model = field.related_model
    if model is not None:
        raise ImproperlyConfigured(f"A list cannot be sorted by {term!r}: name one of its columns.")


def _value(row: Any, name: str) -> Any:
    if isinstance(row, dict):
        return row[name]
    for part in name.split(LOOKUP_SEP):
        row = getattr(row, part)
    return row


def _written(value: Any) -> tuple[str, Any]:
    match value:
        case datetime():
            return "t", value.isoformat()
        case date():
            return "d", value.isoformat()
        case Decimal():
            return "n", str(value)
        case UUID():
            return "u", str(value)
    return "", value
