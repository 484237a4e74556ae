"""Alert: something is wrong with one thing, for one reason."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from accounts.models import ScopedManager, ScopedModel, ScopedQuerySet, TenantForeignKey
from governance.models.alert_rule import AlertRule, Severity


class AlertState(models.TextChoices):
    OPEN = "open", "Open"
    ACKNOWLEDGED = "acknowledged", "Acknowledged"
    RESOLVED = "resolved", "Resolved"


UNRESOLVED = (AlertState.OPEN, AlertState.ACKNOWLEDGED)


class AlertQuerySet(ScopedQuerySet["Alert"]):
    def unresolved(self) -> "AlertQuerySet":
        return self.filter(state__in=UNRESOLVED)


class Alert(ScopedModel):
    """Something is wrong with one thing, for one reason.

    `fingerprint` names the reason and the thing; the database keeps at most one unresolved alert
    for each. An alert without a rule was raised by a part of ARM that met trouble. `title` and the
    subject's label stay as they were, so that history outlives rules and subjects. `value` is the
    last one judged; in spike mode it is the ratio.
    """

    rule = TenantForeignKey(
        AlertRule, models.SET_NULL, null=True, blank=True, related_name="alerts"
    )
    fingerprint = models.CharField(max_length=200)
    title = models.CharField(max_length=200)
    severity = models.CharField(max_length=8, choices=Severity.choices)
    subject_type = models.CharField(max_length=60)
    subject_id = models.UUIDField(null=True, blank=True)
    subject_label = models.CharField(max_length=200)
    message = models.TextField()
    state = models.CharField(max_length=12, choices=AlertState.choices, default=AlertState.OPEN)
    value = models.DecimalField(max_digits=20, decimal_places=10, null=True, blank=True)
    threshold = models.DecimalField(max_digits=20, decimal_places=10, null=True, blank=True)
    opened_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    good_since = models.DateTimeField(null=True, blank=True, editable=False)
    occurrences = models.PositiveIntegerField(default=1)
    reminders = models.PositiveIntegerField(default=0, editable=False)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    resolution = models.CharField(max_length=500, blank=True)

    objects: ClassVar = ScopedManager.from_queryset(AlertQuerySet)()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "fingerprint"],
                condition=models.Q(state__in=UNRESOLVED),
                name="one_unresolved_alert_a_cause",
            ),
            models.CheckConstraint(
                condition=models.Q(value__isnull=True) | models.Q(value__lt=10**10),
                name="an_alert_value_is_a_number",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-id"], name="alerts_newest"),
            models.Index(fields=["organization", "state", "-id"], name="alerts_by_state"),
            models.Index(
                fields=["organization", "severity", "-id"],
                name="alerts_unresolved",
                condition=models.Q(state__in=UNRESOLVED),
            ),
            models.Index(fields=["organization", "subject_id", "-id"], name="alerts_by_subject"),
            models.Index(fields=["organization", "rule", "-id"], name="alerts_by_rule"),
        ]

    def __str__(self) -> str:
        return f"{self.title}: {self.subject_label}"

    @property
    def is_unresolved(self) -> bool:
        return self.state in UNRESOLVED


class AlertEventKind(models.TextChoices):
    OPENED = "opened", "Opened"
    ACKNOWLEDGED = "acknowledged", "Acknowledged"
    REMINDED = "reminded", "Reminded"
    RESOLVED = "resolved", "Resolved"


class AlertEvent(ScopedModel):
    """One step in an alert's history: what, when, by whom, with which words."""

    alert = TenantForeignKey(Alert, models.CASCADE, related_name="events")
    kind = models.CharField(max_length=12, choices=AlertEventKind.choices)
    by = models.CharField(max_length=200)
    note = models.CharField(max_length=500, blank=True)
    value = models.DecimalField(max_digits=20, decimal_places=10, null=True, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["organization", "alert", "id"], name="alert_history")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} by {self.by}"
