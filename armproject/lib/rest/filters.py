"""What a list may be asked: a known order, a short search, and nothing it does not know."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from rest_framework.filters import BaseFilterBackend, SearchFilter
from rest_framework.request import Request
from rest_framework.settings import api_settings

from armproject.lib.errors import InvalidInput
from armproject.lib.rest.order import with_tie_breaker

LONGEST_SEARCH = 100
LONGEST_VALUE = 2_000


class Ordering(BaseFilterBackend):
    """`?ordering=-created_at,name`, from the view's `ordering_fields`; else its `ordering`.

    `ordering_fields` is a sequence of names, or a mapping from the public name to the field. Only
    columns without nulls may stand there.
    """

    def filter_queryset(
        self, request: Request, queryset: "QuerySet[Any]", view: Any
    ) -> "QuerySet[Any]":
        """Sort the list, ties broken by the primary key."""
        if getattr(view, "detail", False):
            return queryset
        asked = request.query_params.get("ordering")
        terms = _terms(asked, _orderable(view)) if asked else getattr(view, "ordering", None)
        if not terms:
            return queryset
        terms = (terms,) if isinstance(terms, str) else tuple(terms)
        return queryset.order_by(*with_tie_breaker(terms, queryset.model))

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Describe the parameter, with every term it takes."""
        names = list(_orderable(view))
        if not names:
            return []
        terms = [term for name in names for term in (name, f"-{name}")]
        return [
            {
                "name": "ordering",
                "in": "query",
                "required": False,
                "description": "Sort by these, in this order; a minus turns one round.",
                "schema": {"type": "array", "items": {"type": "string", "enum": terms}},
                "explode": False,
                "style": "form",
            }
        ]


class TextSearch(SearchFilter):
    """`?search=` over the view's `search_fields`.

    Where reading every row would cost too much, the queryset knows a cheaper way, `found(text)`;
    the view then says in `search_finds` what that finds.
    """

    def filter_queryset(
        self, request: Request, queryset: "QuerySet[Any]", view: Any
    ) -> "QuerySet[Any]":
        """Keep what holds every word of the search."""
        if getattr(view, "detail", False):
            return queryset
        text = request.query_params.get("search", "")
        if len(text) > LONGEST_SEARCH:
            message = f"A search has at most {LONGEST_SEARCH} characters."
            raise InvalidInput(message, fields={"search": [message]})
        if getattr(view, "search_finds", ""):
            known: Any = queryset
            found: QuerySet[Any] = known.found(text) if text.strip() else known
            return found
        return super().filter_queryset(request, queryset, view)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Describe the parameter."""
        finds = getattr(view, "search_finds", "")
        if not finds and not getattr(view, "search_fields", None):
            return []
        return [
            {
                "name": "search",
                "in": "query",
                "required": False,
                "description": finds or "Words that must all occur.",
                "schema": {"type": "string", "maxLength": LONGEST_SEARCH},
            }
        ]


class StrictQuery(BaseFilterBackend):
    """Refuses query parameters that the list does not know, so that no typo is ignored.

    Known are those of the view's other filters and pagination and the view's `query_parameters`.
    """

    def filter_queryset(
        self, request: Request, queryset: "QuerySet[Any]", view: Any
    ) -> "QuerySet[Any]":
        """Leave the list as it is, or refuse the request."""
        if getattr(view, "detail", False):
            return queryset
        allowed = sorted(set(_known(view, queryset)))
        for name, values in request.query_params.lists():
            if name not in allowed:
                raise unknown_parameter(name, allowed)
            for value in values:
                _check(name, value)
        return queryset

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Describe nothing: this backend adds no parameter."""
        return []


def _orderable(view: Any) -> Mapping[str, str]:
    fields: Mapping[str, str] | Sequence[str] = getattr(view, "ordering_fields", None) or ()
    return fields if isinstance(fields, Mapping) else {name: name for name in fields}


def _terms(asked: str, orderable: Mapping[str, str]) -> list[str]:
    terms: dict[str, str] = {}
    for term in asked.split(","):
        name = term.strip().removeprefix("-")
        if name not in orderable:
            allowed = ", ".join(orderable)
            message = f"This list is sorted by {allowed}; a minus turns one round."
            raise InvalidInput(message, fields={"ordering": [message]})
        sign = "-" if term.strip().startswith("-") else ""
        terms.setdefault(name, f"{sign}{orderable[name]}")
    return list(terms.values())


def _known(view: Any, queryset: "QuerySet[Any]") -> Iterator[str]:
    yield from getattr(view, "query_parameters", ())
    if api_settings.URL_FORMAT_OVERRIDE:
        yield api_settings.URL_FORMAT_OVERRIDE
    describers = [backend() for backend in view.filter_backends]
    if view.paginator is not None:
        describers.append(view.paginator)
    for describer in describers:
        if hasattr(describer, "get_filterset_class"):
            yield from _of_filterset(describer.get_filterset_class(view, queryset))
        else:
            for parameter in describer.get_schema_operation_parameters(view):
                yield parameter["name"]


def _of_filterset(filterset: Any) -> Iterator[str]:
    """Yield the parameters of a django-filter set; a range has one for each end."""
    for name, one in (filterset.base_filters if filterset else {}).items():
        suffixes = getattr(one.field.widget, "suffixes", None) or ()
        yield name
        yield from (f"{name}_{suffix}" for suffix in suffixes if suffix)


def unknown_parameter(name: str, allowed: Sequence[str]) -> InvalidInput:
    """Return the refusal of a query parameter; `details.allowed` names those there are."""
    name = name[:100]
    message = f"This list does not know the parameter {name}; it knows {', '.join(allowed)}."
    return InvalidInput(message, fields={name: [message]}, allowed=list(allowed))


def _check(name: str, value: str) -> None:
    if "\0" in value or len(value) > LONGEST_VALUE:
        message = f"{name} has at most {LONGEST_VALUE} characters, none of them NUL."
        raise InvalidInput(message, fields={name: [message]})
