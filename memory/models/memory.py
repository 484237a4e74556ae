"""Memory: something that is known, and whose it is."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Now
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
from armproject.lib.crypto import Purpose
from armproject.lib.secret import Secret
from memory.models.choices import (
    Horizon,
    IndexState,
    Kind,
    MemoryState,
    OwnerType,
    SourceType,
    Store,
    Visibility,
)

TABLE = "memory_memory"
COLUMN = "content_sealed"


class MemoryQuerySet(ScopedQuerySet["Memory"]):
    def present(self) -> "MemoryQuerySet":
        """Return what may be found now: live, begun, neither over nor expired."""
        now = timezone.now()
        return self.filter(
            Q(valid_from=None) | Q(valid_from__lte=now),
            Q(valid_until=None) | Q(valid_until__gt=now),
            Q(expires_at=None) | Q(expires_at__gt=now),
            state=MemoryState.LIVE,
        )

    def valid_at(self, moment: Any) -> "MemoryQuerySet":
        """Return what was known, and held, at a moment, as far as it was not forgotten since."""
        return self.filter(
            Q(valid_from=None) | Q(valid_from__lte=moment),
            Q(valid_until=None) | Q(valid_until__gt=moment),
            Q(expires_at=None) | Q(expires_at__gt=moment),
            state=MemoryState.LIVE,
            created_at__lte=moment,
        )

    def standing(self) -> "MemoryQuerySet":
        """Return what is neither forgotten nor expired: words said anew are the same as these."""
        within = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
        return self.filter(within).exclude(state=MemoryState.FORGOTTEN)

    def expired(self) -> "MemoryQuerySet":
        return self.filter(expires_at__lte=timezone.now())

    def having(self, name: str, value: str) -> "MemoryQuerySet":
        """Return those whose metadata has this value, as text, under this name."""
        return self.annotate(told=KeyTextTransform(name, "metadata")).filter(told=value)

    def beginning(self, text: str) -> "MemoryQuerySet":
        """Return those whose label, key or owner begins so, whatever the case; all for ""."""
        if not text:
            return self
        begins = Q(label__istartswith=text) | Q(key__istartswith=text)
        return self.filter(begins | Q(owner_id__istartswith=text))

    def owned_by(self, owner_type: str, owner_id: str) -> "MemoryQuerySet":
        return self.filter(owner_type=owner_type, owner_id=owner_id)


class Memory(ScopedModel):
    """One thing that is known.

    Whose it is: `owner_type` and `owner_id` (a user's name in their app, an app's name, the id of
    an agent or a run; "" for the organization). `agent` is who keeps it or learned it. What is
    remembered stands sealed in `content_sealed`, `digest` is a keyed mark by which the same
    content is known again; `label`, `key` and `metadata` are in plain text, so that they can be
    searched. `confidence` goes from 0 to 1. It is true from `valid_from` until `valid_until`;
    after `expires_at` it is never found, and soon gone. `is_locked` memories are encrypted under a
    passphrase that ARM does not keep. `is_trusted` tells that a person of the organization wrote
    or approved it; the rest is what models, users and files said.
    """

    owner_type = models.CharField(max_length=12, choices=OwnerType.choices)
    owner_id = models.CharField(max_length=200, blank=True)
    agent = TenantForeignKey(
        Agent, models.SET_NULL, null=True, blank=True, related_name="memories", db_index=False
    )
    horizon = models.CharField(max_length=10, choices=Horizon.choices, default=Horizon.LONG_TERM)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.FACT)
    store = models.CharField(max_length=11, choices=Store.choices, default=Store.ASSOCIATIVE)
    key = models.CharField(max_length=200, blank=True)
    label = models.CharField(max_length=200, blank=True)
    content_sealed: Any = SealedField(purpose=Purpose.CONTENT)
    digest = models.BinaryField(max_length=32, editable=False)
    tokens = models.PositiveIntegerField(default=0)
    metadata = models.JSONField(default=dict, blank=True)
    visibility = models.CharField(
        max_length=7, choices=Visibility.choices, default=Visibility.PRIVATE
    )
    source_type = models.CharField(
        max_length=11, choices=SourceType.choices, default=SourceType.MANUAL
    )
    source_id = models.CharField(max_length=200, blank=True)
    imported_from = models.CharField(max_length=200, blank=True)
    confidence = models.FloatField(null=True, blank=True)
    is_trusted = models.BooleanField(default=False)
    is_locked = models.BooleanField(default=False)
    valid_from = models.DateTimeField(null=True, blank=True)
    valid_until = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(
        max_length=9, choices=MemoryState.choices, default=MemoryState.LIVE, editable=False
    )
    state_reason = models.CharField(max_length=300, blank=True, editable=False)
    forgotten_at = models.DateTimeField(null=True, blank=True, editable=False)
    index_state = models.CharField(
        max_length=7, choices=IndexState.choices, default=IndexState.READY, editable=False
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    uses = models.PositiveIntegerField(default=0, editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_by = models.CharField(max_length=200, blank=True, editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    objects: ClassVar = ScopedManager.from_queryset(MemoryQuerySet)()

    class Meta:
        verbose_name = "memory"
        verbose_name_plural = "memories"
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(
                fields=["organization", "owner_type", "owner_id", "store", "-created_at", "-id"],
                name="memories_of_an_owner",
            ),
            models.Index(fields=["organization", "-created_at", "-id"], name="memories_newest"),
            models.Index(
                fields=["organization", "agent"],
                condition=Q(agent__isnull=False),
                name="memories_of_an_agent",
            ),
            models.Index(fields=["organization", "digest"], name="memories_by_digest"),
            models.Index(
                fields=["organization", "expires_at"],
                condition=Q(expires_at__isnull=False),
                name="memories_that_expire",
            ),
            models.Index(
                fields=["organization", "state", "-created_at"],
                condition=~Q(state="live"),
                name="memories_not_live",
            ),
            models.Index(
                fields=["organization", "source_id"],
                condition=~Q(source_id=""),
                name="memories_of_a_source",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "owner_type", "owner_id", "key"],
                condition=Q(store="core") & ~Q(state="forgotten"),
                name="one_core_memory_for_each_key",
            ),
            models.CheckConstraint(
                condition=Q(confidence=None) | Q(confidence__gte=0, confidence__lte=1),
                name="confidence_from_0_to_1",
            ),
            models.CheckConstraint(
                condition=Q(valid_from=None)
                | Q(valid_until=None)
                | Q(valid_from__lt=F("valid_until")),
                name="valid_from_before_until",
            ),
            models.CheckConstraint(
                condition=Q(owner_type="organization", owner_id="")
                | (~Q(owner_type="organization") & ~Q(owner_id="")),
                name="an_owner_has_an_id",
            ),
            models.CheckConstraint(
                condition=~Q(store="core") | ~Q(key=""), name="core_memories_have_a_key"
            ),
        ]

    def __str__(self) -> str:
        return self.label or self.key or f"{self.get_kind_display()} of {self.whose}"

    @property
    def label_in_log(self) -> str:
        """What the audit log calls it: nothing of what it says, nor whose it is."""
        return f"{self.get_kind_display()} ({self.get_store_display().lower()})"

    @property
    def whose(self) -> str:
        """Whose it is, for people."""
        if self.owner_type == OwnerType.ORGANIZATION:
            return "the organization"
        return f"{self.get_owner_type_display().lower()} {self.owner_id}"

    @property
    def content(self) -> str:
        """What is remembered, opened; of a locked memory the sealed text of its owner's.

        Raises `crypto.Undecryptable` where the organization's key is gone.
        """
        sealed = self.content_sealed
        return unseal(sealed, table=TABLE, row_id=self.pk, column=COLUMN).reveal()

    def hold(self, content: str) -> None:
        """Keep what is to be remembered, sealed for this row."""
        told = Secret(content)
        self.content_sealed = seal(told, table=TABLE, row_id=self.pk, column=COLUMN)
