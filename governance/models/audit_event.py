"""AuditEvent: who did what, when, why and how; appended once, never changed."""

from typing import ClassVar

from django.db import models

from accounts.fence import current_organization_id
from accounts.models import Organization, ScopedManager, ScopedQuerySet
from armproject.lib.ids import uuid7


class AuditEventQuerySet(ScopedQuerySet["AuditEvent"]):
    def about(self, row: models.Model) -> "AuditEventQuerySet":
        """Return what happened to this row."""
        return self.filter(resource_type=row._meta.label_lower, resource_id=str(row.pk))


class AuditEvent(models.Model):
    """One thing that happened.

    The table is partitioned by month, and its true key is (id, at). `at` is set by the database
    when the row arrives and `payload`, the exact bytes that a seal will later cover, holds all of
    the event's facts in canonical JSON; the other columns repeat them for people to filter by.
    What names a person stands in `payload` only under that person's key (see `subject_keys`), so
    erasure blanks the columns and destroys the key, and the bytes that were sealed stay.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    at = models.DateTimeField(editable=False)
    organization = models.ForeignKey(
        Organization,
        models.DO_NOTHING,
        default=current_organization_id,
        db_constraint=False,
        related_name="+",
        db_index=False,
    )
    actor_kind = models.CharField(max_length=20)
    actor_id = models.CharField(max_length=64)
    actor_label = models.CharField(max_length=200)
    action = models.CharField(max_length=60)
    resource_type = models.CharField(max_length=60, blank=True)
    resource_id = models.CharField(max_length=64, blank=True)
    resource_label = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    before = models.JSONField(default=dict, blank=True)
    after = models.JSONField(default=dict, blank=True)
    details = models.JSONField(default=dict, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    trace_id = models.CharField(max_length=32, blank=True)
    address = models.CharField(max_length=45, blank=True)
    user_agent = models.CharField(max_length=300, blank=True)
    actor_user_id = models.UUIDField(null=True, blank=True)
    about_user_id = models.UUIDField(null=True, blank=True)
    payload = models.TextField()
    mac = models.BinaryField(default=bytes)

    objects: ClassVar = ScopedManager.from_queryset(AuditEventQuerySet)()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.actor_label} {self.action} {self.resource_label}".strip()
