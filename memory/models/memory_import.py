"""MemoryImport: a file of memories that somebody brought, and what became of it."""

from typing import Any, ClassVar

from django.db import models

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
from memory.models.choices import OwnerType

TABLE = "memory_memoryimport"
COLUMN = "document_sealed"


class ImportState(models.TextChoices):
    EXAMINED = "examined", "Looked at"
    QUEUED = "queued", "Waiting"
    RUNNING = "running", "Under way"
    DONE = "done", "Imported"
    FAILED = "failed", "Failed"
    UNDONE = "undone", "Undone"
    DISCARDED = "discarded", "Discarded"


class Signer(models.TextChoices):
    """Who vouches that the file is as it was written."""

    NOBODY = "nobody", "Nobody"
    OURS = "ours", "This installation"
    FOREIGN = "foreign", "Another installation"


class MemoryImportQuerySet(ScopedQuerySet["MemoryImport"]):
    def waiting(self) -> "MemoryImportQuerySet":
        """Return those whose file was looked at and not taken yet."""
        return self.filter(state=ImportState.EXAMINED)


class MemoryImport(ScopedModel):
    """One file: what it is, what would happen or happened, and how far it is.

    `counts` holds how many memories are new, same, changed, withheld and refused; `findings` the
    first lines that were refused or will wait for a review, each with its reason. `facts` is what
    a bundle says of itself. The file itself is kept sealed until it was taken, or discarded.
    Memories that name no owner become `owner_type`:`owner_id`'s, those of an agent `agent`'s.
    """

    name = models.CharField(max_length=200, blank=True)
    format = models.CharField(max_length=20)
    state = models.CharField(
        max_length=9, choices=ImportState.choices, default=ImportState.EXAMINED, editable=False
    )
    signer = models.CharField(max_length=7, choices=Signer.choices, default=Signer.NOBODY)
    facts = models.JSONField(default=dict, editable=False)
    owner_type = models.CharField(
        max_length=12, choices=OwnerType.choices, default=OwnerType.ORGANIZATION
    )
    owner_id = models.CharField(max_length=200, blank=True)
    agent = TenantForeignKey(
        Agent, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    document_sealed: Any = SealedField(purpose=Purpose.CONTENT, null=True)
    lines = models.PositiveIntegerField(default=0, editable=False)
    done = models.PositiveIntegerField(default=0, editable=False)
    counts = models.JSONField(default=dict, editable=False)
    findings = models.JSONField(default=list, editable=False)
    last_error = models.TextField(blank=True, editable=False)
    created_by = models.CharField(max_length=200, blank=True, editable=False)
    finished_at = models.DateTimeField(null=True, blank=True, editable=False)
    undone_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar = ScopedManager.from_queryset(MemoryImportQuerySet)()

    class Meta:
        verbose_name = "import"
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["organization", "-created_at", "-id"], name="imports_newest"),
        ]

    def __str__(self) -> str:
        return self.name or f"Import of {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def label_in_log(self) -> str:
        """What the audit log calls it: names of files may tell of people."""
        return f"Import ({self.format})"

    @property
    def is_under_way(self) -> bool:
        return self.state in (ImportState.QUEUED, ImportState.RUNNING)

    @property
    def document(self) -> str:
        """The file as JSON, opened; raises `crypto.Undecryptable` where it cannot be."""
        found = unseal(self.document_sealed, table=TABLE, row_id=self.pk, column=COLUMN)
        return found.reveal()

    def hold(self, document: str) -> None:
        """Keep the file, sealed for this row."""
        told = Secret(document)
        self.document_sealed = seal(told, table=TABLE, row_id=self.pk, column=COLUMN)


class ImportOutcome(models.TextChoices):
    NEW = "new", "New"
    CHANGED = "changed", "Changed"
    PREFERENCE = "preference", "New preference"


class ImportedMemory(ScopedModel):
    """What one line of a file did: which memory it made or changed, and to which version.

    Of a preference `memory_id` is its id. What it names may be gone since. `former_version` is the
    number of the version that it replaced, which was trusted if `was_trusted`.
    """

    memory_import = TenantForeignKey(
        MemoryImport, models.CASCADE, related_name="brought", db_index=False
    )
    line = models.PositiveIntegerField()
    memory_id = models.UUIDField()
    outcome = models.CharField(max_length=10, choices=ImportOutcome.choices)
    version = models.PositiveIntegerField(default=1)
    former_version = models.PositiveIntegerField(null=True, blank=True)
    was_trusted = models.BooleanField(default=False)

    objects: ClassVar = ScopedManager()

    class Meta:
        ordering = ["memory_import", "line"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "memory_import", "outcome", "line"],
                name="one_outcome_for_each_line",
            ),
        ]

    def __str__(self) -> str:
        return f"Line {self.line}: {self.get_outcome_display().lower()}"
