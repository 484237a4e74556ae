"""What stands above the inventory: the vendors with their counts, and the buttons."""

from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from accounts.permissions import has_permission, reach
from agents.admin.filters import CONNECTION
from agents.models import Agent
from agents.reports.summary import count_by_vendor
from connectors.models import Connection

SHARED = ("vendor", "health", "status", "environment", "type", "owner", "presence")
# A parameter of the list, and what the export calls it.
EXPORTED = {name: name for name in SHARED} | {CONNECTION: "connection", "q": "search"}


def toolbar(asked: QueryDict) -> dict[str, Any]:
    """Return what the list shows around its rows, for these query parameters."""
    mine = reach("agents.read")
    vendors = count_by_vendor() if mine is None else []
    total = sum(row["agents"] for row in vendors) if mine is None else len(mine)
    tabs: list[dict[str, Any]] = [{"vendor": "", "label": "All", "count": total}]
    tabs += [
        {"vendor": row["vendor"], "label": row["vendor_name"], "count": row["agents"]}
        for row in vendors
    ]
    return {
        "tabs": [{**tab, **_link(asked, tab["vendor"])} for tab in tabs],
        "is_empty": not total and not asked and not Agent.objects.exists(),
        "has_connections": Connection.objects.asked().exists(),
        "may_discover": has_permission("agents.discover"),
        "may_connect": has_permission("connections.write"),
        "export_query": urlencode(exported(asked)),
    }


def exported(asked: QueryDict) -> dict[str, str]:
    """Return the filters of the list as the export knows them."""
    return {theirs: str(asked[ours]) for ours, theirs in EXPORTED.items() if asked.get(ours)}


def _link(asked: QueryDict, vendor: str) -> dict[str, Any]:
    query = asked.copy()
    for name in ("p", "vendor"):
        query.pop(name, None)
    if vendor:
        query["vendor"] = vendor
    return {"query": query.urlencode(), "is_current": asked.get("vendor", "") == vendor}
