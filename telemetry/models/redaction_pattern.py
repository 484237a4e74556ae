"""RedactionPattern: something of the organization's own that must not be kept."""

from typing import ClassVar

from django.db import models

from accounts.models import ScopedManager, ScopedModel, ScopedQuerySet


class RedactionPatternQuerySet(ScopedQuerySet["RedactionPattern"]):
    def by_kind(self) -> dict[str, str]:
        """Return the expressions by their kind."""
        return dict(self.order_by("kind").values_list("kind", "expression"))


class RedactionPattern(ScopedModel):
    """An expression (RE2) whose matches are replaced by `[kind]` where content is redacted."""

    kind = models.CharField(max_length=30)
    expression = models.CharField(max_length=300)

    objects: ClassVar = ScopedManager.from_queryset(RedactionPatternQuerySet)()

    class Meta:
        ordering = ["kind"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "kind"], name="a_kind_is_redacted_by_one_pattern"
            ),
        ]

    def __str__(self) -> str:
        return self.kind
