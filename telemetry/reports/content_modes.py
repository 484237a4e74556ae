"""How much is kept of what each source's steps say."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from telemetry.models import ContentMode, ContentRule, Source
from telemetry.models.content_rule import strictest


def modes_of(sources: Collection[UUID]) -> Mapping[UUID, str]:
    """Return the mode of each source; empty where nothing of any of them is kept.

    The rule of its agent counts, else that of the organization. A source that names no agent may
    be a part of any agent of its service, so the strictest of their rules counts.
    """
    told: Any = ContentRule.objects.order_by().values_list("agent_id", "mode")
    rules: dict[UUID | None, str] = dict(told)
    everybody = rules.pop(None, ContentMode.METADATA_ONLY)
    if rules:
        return _by_agent(sources, everybody, rules)
    if everybody == ContentMode.METADATA_ONLY:
        return {}
    return dict.fromkeys(sources, everybody)


def mode_of(source: Source) -> ContentMode:
    """Return the mode under which what this source says is kept now."""
    return ContentMode(modes_of([source.pk]).get(source.pk, ContentMode.METADATA_ONLY))


def _by_agent(
    sources: Collection[UUID], everybody: str, rules: Mapping[UUID | None, str]
) -> Mapping[UUID, str]:
    of_service: dict[str, str] = {}
    ruled = Source.objects.filter(agent__in=list(rules)).order_by()
    for service, agent in ruled.values_list("service", "agent_id"):
        of_service[service] = strictest(of_service.get(service, everybody), rules[agent])
    rows = Source.objects.filter(pk__in=list(sources)).order_by()
    modes = {}
    for source in rows.only("pk", "agent_id", "agent_name", "vendor_agent_id", "service"):
        is_named = bool(source.agent_name or source.vendor_agent_id)
        otherwise = everybody if is_named else of_service.get(source.service, everybody)
        modes[source.pk] = rules.get(source.agent_id, otherwise)
    return modes
