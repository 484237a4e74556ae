"""Source: a name under which something reports what it does."""

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import Q

from accounts.models import ScopedManager, ScopedModel, ScopedQuerySet, TenantForeignKey
from agents.models import Agent

# As many sources of one name are looked through for their runs.
MOST = 100


class SourceQuerySet(ScopedQuerySet["Source"]):
    def unknown(self) -> "SourceQuerySet":
        """Return the sources that no agent of the inventory stands behind yet."""
        return self.filter(agent=None)

    def ids_of(self, agent: UUID) -> list[UUID]:
        """Return the sources that are this agent."""
        return list(self.filter(agent_id=agent).values_list("pk", flat=True))

    def ids_named(self, name: str) -> list[UUID]:
        """Return the sources whose agent or service has this name, in whatever letters."""
        named = Q(agent_name__iexact=name) | Q(service__iexact=name)
        return list(
            self.filter(named).order_by("-last_seen_at").values_list("pk", flat=True)[:MOST]
        )

    def found(self, term: str) -> "SourceQuerySet":
        """Return the sources of which the name of the agent or the service begins so."""
        return self.filter(Q(agent_name__istartswith=term) | Q(service__istartswith=term))


class Source(ScopedModel):
    """Who reports: an agent's name within a service, as its telemetry tells them.

    `agent` is the agent of the inventory that it is. `id` follows from the organization and
    `key`, so that whoever stores telemetry knows it without asking.
    """

    agent = TenantForeignKey(
        Agent, models.SET_NULL, null=True, blank=True, related_name="sources", db_index=False
    )
    key = models.CharField(max_length=500)
    agent_name = models.CharField(max_length=200, blank=True)
    vendor_agent_id = models.CharField(max_length=200, blank=True)
    agent_version = models.CharField(max_length=100, blank=True)
    description = models.CharField(max_length=1000, blank=True)
    service = models.CharField(max_length=200, blank=True)
    environment = models.CharField(max_length=100, blank=True)
    vendor = models.CharField(max_length=20, blank=True)
    dialect = models.CharField(max_length=20, blank=True)
    last_seen_at = models.DateTimeField()

    objects: ClassVar = ScopedManager.from_queryset(SourceQuerySet)()

    class Meta:
        ordering = ["-last_seen_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "key"], name="a_source_is_kept_once"),
        ]
        indexes = [
            models.Index(fields=["organization", "agent"], name="sources_by_agent"),
            models.Index(fields=["organization", "-last_seen_at", "-id"], name="sources_newest"),
        ]

    def __str__(self) -> str:
        return self.agent_name or self.vendor_agent_id or self.service or "Unnamed"
