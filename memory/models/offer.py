"""Offer: which of the memory tools an agent may use."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from accounts.models import ScopedManager, ScopedModel, ScopedQuerySet, TenantForeignKey
from agents.models import Agent


class OfferQuerySet(ScopedQuerySet["Offer"]):
    def tools_of(self, agent: Agent) -> list[str]:
        """Return the names of the tools an agent may use."""
        found: list[str] | None = self.filter(agent=agent).values_list("tools", flat=True).first()
        return found or []


class Offer(ScopedModel):
    """The memory tools one agent may use, by their names; an agent without an offer has none."""

    agent = TenantForeignKey(Agent, models.CASCADE, related_name="memory_offers", db_index=False)
    tools = models.JSONField(default=list)
    changed_at = models.DateTimeField(db_default=Now(), editable=False)

    objects: ClassVar = ScopedManager.from_queryset(OfferQuerySet)()

    class Meta:
        verbose_name = "offer of memory tools"
        verbose_name_plural = "offers of memory tools"
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "agent"], name="one_offer_for_each_agent"
            ),
        ]

    def __str__(self) -> str:
        return f"Memory tools of {self.agent}"
