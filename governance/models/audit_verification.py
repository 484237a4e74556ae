"""AuditVerification: one look at whether the audit log is as it was sealed."""

from typing import ClassVar

from django.db import models

from accounts.models import ScopedManager, ScopedModel, ScopedQuerySet


class VerificationState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Running"
    SOUND = "sound", "Sound"
    BROKEN = "broken", "Broken"


class AuditVerificationQuerySet(ScopedQuerySet["AuditVerification"]):
    def unfinished(self) -> "AuditVerificationQuerySet":
        return self.filter(state__in=[VerificationState.WAITING, VerificationState.RUNNING])

    def finished(self) -> "AuditVerificationQuerySet":
        return self.filter(state__in=[VerificationState.SOUND, VerificationState.BROKEN])


class AuditVerification(ScopedModel):
    """Whether every seal and event stands as it was sealed and anchored; `findings` says what not.

    `anchored` is the number of the newest seal that an anchor vouches for, or nothing where no
    anchor could be read.
    """

    state = models.CharField(
        max_length=10, choices=VerificationState.choices, default=VerificationState.WAITING
    )
    asked_by = models.CharField(max_length=200, blank=True)
    seals = models.BigIntegerField(default=0)
    events = models.BigIntegerField(default=0)
    of_events = models.BigIntegerField(default=0)
    anchored = models.BigIntegerField(null=True, blank=True)
    findings = models.JSONField(default=list, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = ScopedManager.from_queryset(AuditVerificationQuerySet)()

    class Meta:
        ordering = ["-id"]
        verbose_name = "verification"

    def __str__(self) -> str:
        return f"verification: {self.get_state_display().lower()}"
