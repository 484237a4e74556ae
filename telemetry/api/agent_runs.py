"""The list of runs under the path and the names that agents' own tools know it by."""

from typing import Any

from django_filters import rest_framework as filters

from armproject.lib.rest.pagination import Pages
from telemetry.api.views import RunViewSet
from telemetry.filters import RunFilter


class ByLimit(Pages):
    """`?page=&limit=`, or `?cursor=`."""

    size_parameter = "limit"


class AgentRunFilter(RunFilter):
    agent_id = filters.UUIDFilter(method="by_agent", label="An agent of the inventory.")


class AgentRunViewSet(RunViewSet):
    """What agents did, the newest first; `agent_id` narrows it to one of them."""

    filterset_class: Any = AgentRunFilter
    pagination_class = ByLimit
