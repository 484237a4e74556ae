"""How an agent was over the last hours."""

from datetime import datetime, timedelta

from django.utils import timezone

from agents.models import Agent, HealthCheck
from agents.picture import Moment, Picture, draw
from armproject.lib.errors import InvalidInput

HOURS, HOURS_MOST = 24, 7 * 24


def health_history(agent: Agent, *, hours: int = HOURS) -> list[HealthCheck]:
    """Return the checks of the last hours, the newest first."""
    if not 1 <= hours <= HOURS_MOST:
        message = f"hours is a whole number from 1 to {HOURS_MOST}."
        raise InvalidInput(message, fields={"hours": [message]})
    now = timezone.now()
    checks = HealthCheck.objects.of(agent).between(now - timedelta(hours=hours), _soon(now))
    return list(checks.order_by("-at"))


def health_picture(agent: Agent) -> Picture:
    """Return the picture of an agent's last 24 hours."""
    now = timezone.now()
    checks = HealthCheck.objects.of(agent).between(now - timedelta(hours=HOURS), _soon(now))
    rows = checks.order_by("at").values_list("at", "status", "score")
    return draw([Moment(*row) for row in rows], until=now, hours=HOURS)


def _soon(now: datetime) -> datetime:
    """Return a moment behind every check; the clocks of several machines differ a little."""
    return now + timedelta(minutes=1)
