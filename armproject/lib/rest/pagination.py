"""Pages of a list, by number for people and by cursor for everything that reads on and on.

Only columns without nulls may sort a list: a null has no place between two values. A view names
them in `ordering_fields`; the primary key always breaks ties.
"""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.template import loader
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from armproject.lib.errors import InvalidInput
from armproject.lib.rest.order import Order
from armproject.lib.rest.schema import SUCCESS

PER_PAGE = 20
PER_PAGE_MOST = 100
PAGE_MOST = 500
COUNT_MOST = 10_000
DIGITS_MOST = 9


class Pages(BasePagination):
    """`?page=&perPage=` with a capped count, or `?cursor=` from `meta.nextCursor`."""

    size_parameter = "perPage"
    display_page_controls = False  # only once there is a page

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """Return the rows of the page the request asks for."""
        self.request, self.display_page_controls = request, True
        self.per_page = whole_number(
            request.query_params, self.size_parameter, PER_PAGE, PER_PAGE_MOST
        )
        order = Order.of(queryset)
        queryset = queryset.order_by(*order.terms)
        cursor = request.query_params.get("cursor")
        if cursor is None:
            rows, self.meta = self._numbered(queryset)
        else:
            rows, self.meta = self._behind(queryset.filter(order.after(self._place(order, cursor))))
        more = len(rows) > self.per_page
        rows = rows[: self.per_page]
        self.meta["nextCursor"] = order.cursor(rows[-1]) if more else None
        return rows

    def get_paginated_response(self, data: Any) -> Response:
        """Answer with the rows; the renderer puts `response.meta` beside them."""
        response = Response(data)
        vars(response)["meta"] = self.meta
        return response

    def to_html(self) -> str:
        """Return the links of the browsable API; on by cursor, back to the beginning."""
        url = self.request.build_absolute_uri()
        begin = remove_query_param(remove_query_param(url, "cursor"), "page")
        cursor = self.meta["nextCursor"]
        following = replace_query_param(begin, "cursor", cursor) if cursor else None
        template = loader.get_template("rest_framework/pagination/previous_and_next.html")
        at_start = self.meta.get("page") == 1
        return template.render({"previous_url": None if at_start else begin, "next_url": following})

    def get_results(self, data: Any) -> Any:
        return data

    def _numbered(self, queryset: "QuerySet[Any]") -> tuple[list[Any], dict[str, Any]]:
        page = whole_number(self.request.query_params, "page", 1, PAGE_MOST)
        start = (page - 1) * self.per_page
        rows = list(queryset[start : start + self.per_page + 1])
        total = start + len(rows)
        if len(rows) > self.per_page or (start and not rows):
            total = queryset.order_by()[: COUNT_MOST + 1].count()
        return rows, {
            "page": page,
            "perPage": self.per_page,
            "total": min(total, COUNT_MOST),
            "totalIsCapped": total > COUNT_MOST,
        }

    def _behind(self, queryset: "QuerySet[Any]") -> tuple[list[Any], dict[str, Any]]:
        return list(queryset[: self.per_page + 1]), {"perPage": self.per_page}

    def _place(self, order: Order, cursor: str) -> list[Any]:
        refuse_both(self.request.query_params)
        return order.place(cursor)

    def get_paginated_response_schema(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """Describe a list in its envelope."""
        return {
            "type": "object",
            "required": ["success", "data", "meta"],
            "properties": {
                "success": SUCCESS,
                "data": schema,
                "meta": {"$ref": "#/components/schemas/PageMeta"},
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Describe the query parameters."""
        return [
            _parameter("page", f"Page number, up to {PAGE_MOST}.", PAGE_MOST, 1),
            _parameter(self.size_parameter, "Rows in a page.", PER_PAGE_MOST, PER_PAGE),
            {
                "name": "cursor",
                "in": "query",
                "required": False,
                "description": "Where the page before ended: its meta.nextCursor.",
                "schema": {"type": "string"},
            },
        ]


class ReckonedPages(Pages):
    """The same over a list that no query holds; each item has an `id`, which is its cursor."""

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """Return the items of the page the request asks for."""
        self.request, self.display_page_controls = request, True
        query = request.query_params
        self.per_page = whole_number(query, self.size_parameter, PER_PAGE, PER_PAGE_MOST)
        if (cursor := query.get("cursor")) is None:
            page = whole_number(query, "page", 1, PAGE_MOST)
            start, total = (page - 1) * self.per_page, len(queryset)
            self.meta = {
                "page": page,
                "perPage": self.per_page,
                "total": min(total, COUNT_MOST),
                "totalIsCapped": total > COUNT_MOST,
            }
        else:
            refuse_both(query)
            start, self.meta = _behind_item(queryset, cursor), {"perPage": self.per_page}
        items = list(queryset[start : start + self.per_page])
        more = start + len(items) < len(queryset)
        self.meta["nextCursor"] = items[-1].id.hex if items and more else None
        return items


def _behind_item(items: Any, cursor: str) -> int:
    """Return where what follows the item begins; raises InvalidInput if there is no such item."""
    for place, item in enumerate(items):
        if item.id.hex == cursor:
            return place + 1
    message = "There is nothing at this cursor; begin again without it."
    raise InvalidInput(message, fields={"cursor": [message]})


def refuse_both(query: Mapping[str, str]) -> None:
    """Raise InvalidInput where a request names a page and a cursor."""
    if "page" in query:
        message = "Give either page or cursor."
        raise InvalidInput(message, fields={"cursor": [message]})


def _parameter(name: str, description: str, most: int, default: int) -> dict[str, Any]:
    schema = {"type": "integer", "minimum": 1, "maximum": most, "default": default}
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": description,
        "schema": schema,
    }


def whole_number(query: Mapping[str, str], name: str, default: int, most: int) -> int:
    """Read a query parameter that is a whole number from 1 to `most`; raises InvalidInput."""
    text = query.get(name)
    if text is None:
        return default
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= DIGITS_MOST else 0
    if 1 <= number <= most:
        return number
    message = f"{name} is a whole number from 1 to {most}."
    if name == "page" and number > most:
        message = (
            f"Pages end at {most}. To read further, leave page out and send cursor=, with the "
            "meta.nextCursor of the page before."
        )
    raise InvalidInput(message, fields={name: [message]})
