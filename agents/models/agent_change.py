"""AgentChange: one thing that changed about an agent, from what to what."""

from typing import ClassVar

from django.db import models

from accounts.models import ScopedManager, ScopedModel, ScopedQuerySet, TenantForeignKey
from agents.models.agent import Agent
from connectors.models import SyncRun


class ChangeKind(models.TextChoices):
    FOUND = "found", "Found"
    REGISTERED = "registered", "Registered"
    CHANGED = "changed", "Changed at the vendor"
    VANISHED = "vanished", "Vanished"
    RETURNED = "returned", "Came back"
    EDITED = "edited", "Edited"
    PAUSED = "paused", "Paused"
    RESUMED = "resumed", "Resumed"
    INSTRUCTED = "instructed", "Instructed"
    REMOVED = "removed", "Removed"


class AgentChangeQuerySet(ScopedQuerySet["AgentChange"]):
    def about(self, agent: Agent) -> "AgentChangeQuerySet":
        return self.filter(agent=agent)


class AgentChange(ScopedModel):
    """One entry of an agent's history: `changes` maps a field to [from, to].

    What the vendor changed is told by the discovery that saw it; what people did, by their action.
    """

    agent = TenantForeignKey(Agent, models.CASCADE, related_name="changes")
    kind = models.CharField(max_length=12, choices=ChangeKind.choices)
    changes = models.JSONField(default=dict, blank=True)
    told_by = models.CharField(max_length=200, blank=True)
    sync_run = TenantForeignKey(
        SyncRun, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )

    objects: ClassVar = ScopedManager.from_queryset(AgentChangeQuerySet)()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["organization", "agent", "-id"], name="agent_history")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.agent}"
