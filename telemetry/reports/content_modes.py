"""How much is kept of what each source's steps say."""

from collections.abc import Collection, Mapping
from uuid import UUID

from django.db import connection as database

from accounts.fence import current_organization_id
from telemetry.models import ContentMode, ContentRule, Run, Source
from telemetry.models.content_rule import strictest

# Asked for each batch that comes in: to have it written anew would take longer than the answer.
RULES = "SELECT agent_id, mode FROM telemetry_contentrule WHERE organization_id = %s"


def modes_of(sources: Collection[UUID]) -> Mapping[UUID, str]:
    """Return the mode of each source; empty where nothing of any of them is kept.

    The rule of its agent counts, else that of the organization. A source that names no agent may
    be a part of any agent of its service, so the strictest of their rules counts.
    """
    rules = _rules()
    everybody = rules.pop(None, ContentMode.METADATA_ONLY)
    if rules:
        return _by_agent(sources, everybody, rules)
    if everybody == ContentMode.METADATA_ONLY:
        return {}
    return dict.fromkeys(sources, everybody)


def mode_of(source: Source) -> ContentMode:
    """Return the mode under which what this source says is kept now."""
    return ContentMode(modes_of([source.pk]).get(source.pk, ContentMode.METADATA_ONLY))


def _rules() -> dict[UUID | None, str]:
    """Return the mode of each agent that has a rule of its own; None is the organization's."""
    with database.cursor() as cursor:
        cursor.execute(RULES, [current_organization_id()])
        return dict(cursor.fetchall())


def mode_of_run(run_id: UUID) -> str:
    """Return the mode of a run's source; of one that has not arrived, the strictest there is."""
    sources = Run.objects.filter(pk=run_id).order_by().values_list("source_id", flat=True)
    if (source := sources.first()) is not None:
        return modes_of([source]).get(source, ContentMode.METADATA_ONLY)
    rules = ContentRule.objects.order_by().values_list("mode", flat=True)
    return strictest(ContentRule.objects.of_organization(), *rules)


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
