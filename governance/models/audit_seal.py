"""AuditSeal and what it stands on: which events are sealed, in which order, and which are not."""

from typing import Any, ClassVar

from django.db import models

from accounts.fence import current_organization_id
from accounts.models import Organization, ScopedManager, ScopedModel, ScopedQuerySet
from armproject.lib.ids import uuid7
from governance.signing import moment


class AuditSealQuerySet(ScopedQuerySet["AuditSeal"]):
    def newest(self) -> "AuditSeal | None":
        """Return the seal that covers everything before it."""
        return self.order_by("-number").first()

    def over(self, seq: int) -> "AuditSeal | None":
        """Return the seal that covers the event with this sequence number."""
        seal = self.filter(first_seq__lte=seq).order_by("-first_seq", "-number")
        return seal.filter(last_seq__gte=seq).first()


class AuditSeal(ScopedModel):
    """One signed statement: these events, in this order, after that earlier seal.

    Seals of an organization are numbered without gaps from 1 and each names the hash of the one
    before, so none can be taken out or changed alone. One that covers no event (`last_seq` is
    `first_seq` - 1) tells that nothing had happened by then.
    """

    number = models.BigIntegerField()
    first_seq = models.BigIntegerField()
    last_seq = models.BigIntegerField()
    root = models.BinaryField(default=bytes)
    previous = models.BinaryField(default=bytes)
    hash = models.BinaryField(default=bytes)
    signature = models.BinaryField(default=bytes)
    key_id = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    objects: ClassVar = ScopedManager.from_queryset(AuditSealQuerySet)()

    class Meta:
        ordering = ["-number"]
        verbose_name = "seal"
        constraints = [
            models.UniqueConstraint(fields=["organization", "number"], name="seals_have_no_twins"),
        ]
        indexes = [models.Index(fields=["organization", "first_seq"], name="audit_seal_by_seq")]

    def __str__(self) -> str:
        return f"seal {self.number}"

    @property
    def size(self) -> int:
        """How many events it covers."""
        return self.last_seq - self.first_seq + 1

    @property
    def facts(self) -> dict[str, Any]:
        """What the seal says; its spelling is what is signed, and what `hash` is over."""
        return {
            "format": "arm-seal-1",
            "organization": str(self.organization_id),
            "number": self.number,
            "first": self.first_seq,
            "last": self.last_seq,
            "root": bytes(self.root).hex(),
            "previous": bytes(self.previous).hex(),
            "sealed_at": moment(self.sealed_at),
        }


class _OfOneEvent(models.Model):
    """A row beside an audit event, under the same key."""

    event_id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    at = models.DateTimeField()
    organization = models.ForeignKey(
        Organization,
        models.DO_NOTHING,
        default=current_organization_id,
        db_constraint=False,
        related_name="+",
        db_index=False,
    )

    objects: ClassVar = ScopedManager()

    class Meta:
        abstract = True


class AuditLeaf(_OfOneEvent):
    """An event's place in the order of its organization, and its hash there (see `merkle`)."""

    seq = models.BigIntegerField()
    hash = models.BinaryField(default=bytes)

    class Meta:
        ordering = ["seq"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "seq"], name="a_place_is_taken_once"),
        ]

    def __str__(self) -> str:
        return f"event {self.event_id} as number {self.seq}"


class UnsealedEvent(_OfOneEvent):
    """An event that waits for its seal; a trigger adds it, the sealer takes it away."""

    class Meta:
        ordering = ["event_id"]

    def __str__(self) -> str:
        return f"event {self.event_id}"
