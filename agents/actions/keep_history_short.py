"""Drop old health checks and make room for new ones."""

from datetime import timedelta

from django.db import connection as database
from django.utils import timezone

from accounts.permissions import require
from agents.models import HealthCheck, HeartbeatReceipt
from armproject.lib.partitions import ensure_partitions

DAYS_KEPT = 8
DAYS_AHEAD = 8
# A message is refused by its age long before its receipt goes.
RECEIPTS_KEPT = timedelta(days=1)


def keep_history_short() -> tuple[int, int]:
    """Drop days of health checks that are over by a week, and add days ahead; return how many.

    Whole days are dropped for all organizations at once, so one turn of the clock is enough for
    all; receipts of heartbeats go organization by organization.
    """
    require("agents.check")
    old = HeartbeatReceipt.objects.filter(created_at__lt=timezone.now() - RECEIPTS_KEPT)
    old.order_by().delete()
    table, today = HealthCheck._meta.db_table, timezone.now().date()
    made = ensure_partitions(table, "day", today, DAYS_AHEAD)
    with database.cursor() as cursor:
        cursor.execute("SELECT arm_drop_health_days(%s)", [DAYS_KEPT])
        return int(cursor.fetchone()[0]), made
