"""Who did what last, by the audit log."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from armproject.lib.context import PrincipalKind
from governance.models import AuditEvent
from jobs.registry import SCHEDULES

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
        actor=_actor(row),
        actor_kind=row.actor_kind,
        what=row.action,
        resource=row.resource_label,
        at=row.at,
        url=reverse("admin:governance_auditevent_change", args=[row.pk]),
    )


def _actor(row: AuditEvent) -> str:
    """Return who did it; a schedule by the name that operators know it by."""
    if row.actor_kind == PrincipalKind.SCHEDULE and row.actor_id in SCHEDULES:
        return SCHEDULES[row.actor_id].label
    return row.actor_label or row.actor_kind
