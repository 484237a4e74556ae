"""LearningSetting: who decides what is remembered, and what that may cost."""

from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import (
    ScopedManager,
    ScopedModel,
    ScopedQuerySet,
    SealedField,
    TenantForeignKey,
)
from accounts.sealing import seal, unseal
from agents.models import Agent
from armproject.lib.secret import Secret

TABLE = "memory_learningsetting"
COLUMN = "key_sealed"


class LearningSettingQuerySet(ScopedQuerySet["LearningSetting"]):
    def for_agent(self, agent_id: UUID | None) -> "LearningSetting | None":
        """Return the setting that counts for an agent: its own, else the organization's."""
        rows = self.filter(Q(agent=None) | Q(agent=agent_id)).select_related("organization")
        found: LearningSetting | None = rows.order_by(
            models.F("agent").asc(nulls_last=True)
        ).first()
        return found


class LearningSetting(ScopedModel):
    """How learning goes in an organization, or for one agent, whose setting then counts alone.

    `base_url` and `model` name an endpoint that speaks OpenAI's dialect; without them nothing is
    guessed and only what is written explicitly is kept. `daily_calls` and `daily_cost` (US
    dollars) bound what its model may be used for in a day (UTC). `enriches` lets memories be put
    before a call, `extracts` has finished runs looked through by themselves.
    """

    agent = TenantForeignKey(
        Agent, models.CASCADE, null=True, blank=True, related_name="+", db_index=False
    )
    base_url = models.CharField("address", max_length=300, blank=True)
    model = models.CharField(max_length=200, blank=True)
    key_sealed: Any = SealedField(null=True)
    key_hint = models.CharField(max_length=12, blank=True, editable=False)
    daily_calls = models.PositiveIntegerField("calls a day", default=500)
    daily_cost = models.DecimalField(
        "US dollars a day", max_digits=20, decimal_places=10, default=Decimal(5)
    )
    enriches = models.BooleanField("put memories before calls", default=True)
    enrich_tokens = models.PositiveIntegerField("tokens of memories before a call", default=1_500)
    extracts = models.BooleanField("learn from finished runs", default=False)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar = ScopedManager.from_queryset(LearningSettingQuerySet)()

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "agent"],
                name="one_learning_setting_for_each_agent",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=Q(daily_cost__gte=0), name="a_day_costs_no_less"),
        ]

    def __str__(self) -> str:
        return str(self.agent) if self.agent_id else "The whole organization"

    @property
    def has_model(self) -> bool:
        """Whether there is a model that decides what to remember."""
        return bool(self.base_url and self.model)

    @property
    def key(self) -> Secret | None:
        """The endpoint's key, opened for who sends it."""
        if self.key_sealed is None:
            return None
        return unseal(self.key_sealed, table=TABLE, row_id=self.pk, column=COLUMN)

    def keep_key(self, key: str) -> None:
        """Keep a key, sealed for this row; "" drops it."""
        told = Secret(key)
        self.key_hint = told.hint if key else ""
        self.key_sealed = seal(told, table=TABLE, row_id=self.pk, column=COLUMN) if key else None
