"""LearningDay: what a model that learns was used for in a day."""

from datetime import date
from typing import ClassVar

from django.db import models

from accounts.models import ScopedManager, ScopedModel, ScopedQuerySet, TenantForeignKey
from memory.models.learning_setting import LearningSetting


class LearningDayQuerySet(ScopedQuerySet["LearningDay"]):
    def of(self, setting: LearningSetting, day: date) -> "LearningDayQuerySet":
        return self.filter(setting=setting, day=day)


class LearningDay(ScopedModel):
    """What one setting's model was used for in a day (UTC); `cost` is in US dollars.

    A call counts from before it is made, so that those under way together keep to the budget.
    `unpriced` counts calls of which nobody knows the price.
    """

    setting = TenantForeignKey(LearningSetting, models.CASCADE, related_name="days", db_index=False)
    day = models.DateField()
    calls = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    input_tokens = models.PositiveBigIntegerField(default=0)
    output_tokens = models.PositiveBigIntegerField(default=0)
    cost = models.DecimalField(max_digits=20, decimal_places=10, default=0)
    unpriced = models.PositiveIntegerField(default=0)

    objects: ClassVar = ScopedManager.from_queryset(LearningDayQuerySet)()

    class Meta:
        ordering = ["-day"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "setting", "day"], name="a_day_of_learning_is_one_row"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d}"
