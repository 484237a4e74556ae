"""What the demo holds, in figures that programs can read."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Count
from django.utils import timezone

from accounts.fence import fenced
from agents.models import Agent
from costs import reports
from costs.periods import Named, named, zone_of
from governance.models import Alert, Notification, NotificationState
from memory.models import Memory
from telemetry.models import Run


def read_facts() -> dict[str, Any]:
    """Count agents, checks, money, alerts and mails; call it inside the organization."""
    with fenced():
        agents = Agent.objects.present().order_by()
        by_vendor = dict(agents.values_list("vendor").annotate(count=Count("pk")))
        by_health = dict(agents.values_list("health").annotate(count=Count("pk")))
        zone = zone_of(reports.organization().time_zone)
        month = reports.summary(named(Named.MONTH, timezone.now(), zone))
        return {
            "agents": by_vendor,
            "health": by_health,
            "runs": Run.objects.count(),
            "memories": Memory.objects.present().count(),
            "checked": agents.exclude(health_checked_at=None).count(),
            "costs this month": {
                total.now.currency: f"{total.now.cost:.2f}" for total in month.totals
            },
            "alerts": Alert.objects.unresolved().count(),
            "notified": Notification.objects.filter(state=NotificationState.SENT).count(),
            "mails": _mails(),
        }


def _mails() -> int | None:
    """Count the mails in the folder that stands in for a mail server, where there is one."""
    folder = getattr(settings, "EMAIL_FILE_PATH", None)
    if folder is None:
        return None
    # Django ends each mail with such a line; one file may hold several.
    return sum(path.read_bytes().count(b"-" * 79) for path in Path(folder).glob("*"))
