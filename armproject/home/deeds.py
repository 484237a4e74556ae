"""Who did what last, by the audit log."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from governance.models import AuditEvent

SHOWN = 6


@dataclass(frozen=True, slots=True)
class Deed:
    actor: str
    actor_kind: str
    what: str
    resource: str
    at: datetime
    url: str


def read_deeds() -> tuple[Deed, ...]:
    """Return what happened last."""
    return tuple(map(_deed, AuditEvent.objects.order_by("-id")[:SHOWN]))


def _deed(row: AuditEvent) -> Deed:
    return Deed(
        actor=row.actor_label or row.actor_kind,
        actor_kind=row.actor_kind,
        what=row.action,
        resource=row.resource_label,
        at=row.at,
        url=reverse("admin:governance_auditevent_change", args=[row.pk]),
    )
