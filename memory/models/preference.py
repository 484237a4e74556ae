"""Preference: how somebody, or everybody in the organization, likes things done."""

import json
from collections.abc import Collection
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import ScopedManager, ScopedModel, ScopedQuerySet, SealedField
from accounts.sealing import seal, unseal
from armproject.lib.crypto import Purpose
from armproject.lib.secret import Secret
from memory.learning.observing import Told
from memory.models.choices import SourceType

TABLE = "memory_preference"
COLUMN = "told_sealed"


class PreferenceQuerySet(ScopedQuerySet["Preference"]):
    def of_users(self, names: Collection[str] | None) -> "PreferenceQuerySet":
        """Return the preferences of these users and of the whole organization; None means all."""
        return self.all() if names is None else self.filter(Q(user__in=names) | Q(user=""))

    def found(self, term: str) -> "PreferenceQuerySet":
        """Return those whose category, key or user begins so."""
        begins = Q(category__istartswith=term) | Q(key__istartswith=term)
        return self.filter(begins | Q(user__istartswith=term))


class Preference(ScopedModel):
    """One preference of a user, by the name their app has for them; "" means the organization's.

    `told_sealed` holds the value, examples of when it was observed, and former values, which is
    content. `confidence` goes from 0 to 1 and rises with each of `observations`. One that
    `is_trusted` was written or confirmed by a person; what models observe does not replace it.
    """

    user = models.CharField(max_length=200, blank=True)
    category = models.CharField(max_length=100)
    key = models.CharField(max_length=200)
    told_sealed: Any = SealedField(purpose=Purpose.CONTENT)
    confidence = models.FloatField(default=1)
    observations = models.PositiveIntegerField(default=1, editable=False)
    last_observed_at = models.DateTimeField(db_default=Now())
    source_type = models.CharField(
        max_length=11, choices=SourceType.choices, default=SourceType.MANUAL, editable=False
    )
    source_id = models.CharField(max_length=200, blank=True, editable=False)
    run_id = models.UUIDField(null=True, blank=True, editable=False)
    is_trusted = models.BooleanField(default=False, editable=False)
    changed_by = models.CharField(max_length=200, blank=True, editable=False)

    objects: ClassVar = ScopedManager.from_queryset(PreferenceQuerySet)()

    class Meta:
        ordering = ["category", "key", "user", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "user", "category", "key"],
                name="one_preference_for_each_key",
            ),
            models.CheckConstraint(
                condition=Q(confidence__gte=0, confidence__lte=1),
                name="confidence_of_a_preference",
            ),
            models.CheckConstraint(
                condition=~Q(category="") & ~Q(key=""), name="preferences_have_a_key"
            ),
        ]
        indexes = [
            models.Index(
                fields=["organization", "-last_observed_at", "-id"], name="preferences_newest"
            ),
            models.Index(
                fields=["organization", "run_id"],
                condition=Q(run_id__isnull=False),
                name="preferences_of_a_run",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category}: {self.key}"

    @property
    def label_in_log(self) -> str:
        """What the audit log calls it: nothing of what it says, nor whose it is."""
        return "Preference of a user" if self.user else "Preference of the organization"

    @property
    def whose(self) -> str:
        """Whose it is, for people."""
        return self.user or "everybody"

    @property
    def told(self) -> Told:
        """What it says, opened; raises `crypto.Undecryptable` where the key is gone."""
        sealed = self.told_sealed
        opened = unseal(sealed, table=TABLE, row_id=self.pk, column=COLUMN)
        return Told.of(json.loads(opened.reveal()))

    @property
    def value(self) -> str:
        """The value, opened."""
        return self.told.value

    def hold(self, told: Told) -> None:
        """Keep what it says, sealed for this row."""
        text = Secret(json.dumps(told.plain()))
        self.told_sealed = seal(text, table=TABLE, row_id=self.pk, column=COLUMN)
