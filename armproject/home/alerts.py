"""The alerts nobody has resolved yet."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Window
from django.urls import reverse

from governance.models import Alert, AlertState, Severity

SHOWN = 5
MOST = 1_000


@dataclass(frozen=True, slots=True)
class OpenAlert:
    title: str
    subject: str
    severity: str
    severity_label: str
    is_acknowledged: bool
    opened_at: datetime
    url: str


@dataclass(frozen=True, slots=True)
class Alerts:
    counts: tuple[tuple[str, str, int], ...]
    worst: tuple[OpenAlert, ...]
    url: str

    @property
    def total(self) -> int:
        return sum(count for _, _, count in self.counts)

    @property
    def news(self) -> str:
        """Say the state in one sentence, for those who hear the page."""
        if not self.worst:
            return "No open alerts."
        first, plural = self.worst[0], "" if self.total == 1 else "s"
        return f"{self.total} open alert{plural}. Worst: {first.title}, {first.subject}."


def read_alerts() -> Alerts:
    """Return how many alerts are open by severity, and the worst of them, the newest first."""
    found = _newest_of_each()
    counts = {row.severity: row.total for row in found}
    rank = {severity: number for number, severity in enumerate(Severity.values)}
    worst = sorted(found, key=lambda row: (rank[row.severity], row.pk), reverse=True)[:SHOWN]
    return Alerts(
        counts=tuple(
            (severity.value, severity.label, counts.get(severity, 0))
            for severity in reversed(Severity)
        ),
        worst=tuple(map(_alert, worst)),
        url=reverse("admin:governance_alert_changelist"),
    )


def _newest_of_each() -> list[Any]:
    """Return the newest open alerts of each severity, read by its own index.

    `total` is how many of it are open; more than `MOST` are not counted.
    """
    each = []
    for severity in Severity:
        open_now = Alert.objects.unresolved().filter(severity=severity).order_by("-id")
        some = Alert.objects.filter(pk__in=open_now.values("pk")[:MOST])
        each.append(some.annotate(total=Window(Count("pk"))).order_by("-id")[:SHOWN])
    return list(each[0].union(*each[1:], all=True))


def _alert(row: Alert) -> OpenAlert:
    return OpenAlert(
        title=row.title,
        subject=row.subject_label,
        severity=row.severity,
        severity_label=row.get_severity_display(),
        is_acknowledged=row.state == AlertState.ACKNOWLEDGED,
        opened_at=row.opened_at,
        url=reverse("admin:governance_alert_change", args=[row.pk]),
    )
