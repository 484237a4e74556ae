"""ContentRule: how much of what was said is kept."""

from typing import ClassVar

from django.db import models

from accounts.models import ScopedManager, ScopedModel, ScopedQuerySet, TenantForeignKey
from agents.models import Agent


class ContentMode(models.TextChoices):
    """What becomes of messages, of what tools were given and gave back, and of stack traces."""

    FULL = "full", "In full"
    REDACTED = "redacted", "Redacted"
    METADATA_ONLY = "metadata_only", "Not at all"


# From what keeps least to what keeps most.
STRICTNESS = (ContentMode.METADATA_ONLY, ContentMode.REDACTED, ContentMode.FULL)


def strictest(*modes: str) -> str:
    """Return the mode that keeps least."""
    return str(min(modes, key=lambda mode: STRICTNESS.index(ContentMode(mode))))


def keeps_more(mode: str, than: str) -> bool:
    """Tell whether a mode keeps something that another does not."""
    return strictest(mode, than) != mode


class ContentRuleQuerySet(ScopedQuerySet["ContentRule"]):
    def of_organization(self) -> str:
        """Return the mode of agents without a rule of their own; who said nothing keeps nothing."""
        mode = self.filter(agent=None).values_list("mode", flat=True).first()
        return mode or ContentMode.METADATA_ONLY


class ContentRule(ScopedModel):
    """How much is kept of what one agent hears and says; without an agent, of what all do.

    The rule of the agent wins over that of the organization. `changed_at` is when it last changed:
    what arrived before was kept as the rule was then.
    """

    agent = TenantForeignKey(
        Agent, models.CASCADE, null=True, blank=True, related_name="content_rules", db_index=False
    )
    mode = models.CharField(max_length=13, choices=ContentMode.choices)
    changed_at = models.DateTimeField(auto_now=True)

    objects: ClassVar = ScopedManager.from_queryset(ContentRuleQuerySet)()

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "agent"],
                nulls_distinct=False,
                name="one_content_rule_for_each_agent",
            ),
        ]

    def __str__(self) -> str:
        return str(self.agent) if self.agent_id else "All agents"
