"""The query parameters of the list of agents, as the API describes them."""

from drf_spectacular.utils import OpenApiParameter

from agents.models import AgentStatus, AgentType, Environment, Health
from agents.models.vendors import VENDORS
from agents.reports.asking import NONE, ORDERS, PRESENCE
from armproject.lib.rest.pagination import PAGE_MOST, PER_PAGE, PER_PAGE_MOST

SEVERAL = "Several are separated by commas."


def _among(name: str, values: list[str]) -> OpenApiParameter:
    known = ", ".join(NONE if value == "" else value for value in values)
    return OpenApiParameter(name, str, description=f"One of {known}. {SEVERAL}")


def _number(name: str, description: str, most: int, usual: int) -> OpenApiParameter:
    schema = {"type": "integer", "minimum": 1, "maximum": most, "default": usual}
    return OpenApiParameter(name, schema, description=description)


FILTERS = [
    _among("vendor", list(VENDORS)),
    _among("status", AgentStatus.values),
    _among("type", AgentType.values),
    _among("health", Health.values),
    _among("environment", Environment.values),
    OpenApiParameter("owner", str, description=f"The id of a person, or {NONE}."),
    OpenApiParameter("connection", str, description=f"The id of a connection, or {NONE}."),
    OpenApiParameter("model", str, description="The model's exact name."),
    OpenApiParameter("cost_center", str, description="The exact cost centre."),
    OpenApiParameter(
        "presence",
        str,
        enum=list(PRESENCE),
        default="present",
        description="Whether vanished agents are shown.",
    ),
    OpenApiParameter(
        "search", str, description="Beginnings of words of the name, or of the id at the vendor."
    ),
]
PAGES = [
    OpenApiParameter(
        "ordering",
        str,
        enum=[term for name in ORDERS for term in (name, f"-{name}")],
        description="Sort by this; a minus turns it round. Unknown values count as the lowest.",
    ),
    _number("page", f"Page number, up to {PAGE_MOST}.", PAGE_MOST, 1),
    _number("perPage", "Rows in a page.", PER_PAGE_MOST, PER_PAGE),
    OpenApiParameter("cursor", str, description="Where the page before ended: meta.nextCursor."),
]
