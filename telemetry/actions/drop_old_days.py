"""Drop what is older than telemetry is kept, and make room for what comes."""

from datetime import timedelta

from django.db import connection as database
from django.utils import timezone

from accounts.permissions import require
from armproject.lib.partitions import ensure_partitions
from telemetry.models import Feedback, ModelUse, Quarantined, Rejection, Run, Source

KEPT_DAYS = 30
DAYS_AHEAD = 4
AT_ONCE = 10_000
DROP = """
SELECT arm_drop_span_days(%s), arm_drop_message_days(%s), arm_drop_content_days(%s)
"""
# What models used is little, and asked about for longer.
USE_KEPT = timedelta(days=400)


def drop_old_days() -> int:
    """Drop days of spans and the runs of those days; returns how many runs are gone."""
    require("telemetry.write")
    now = timezone.now()
    for table in ("telemetry_span", "telemetry_message", "telemetry_spancontent"):
        ensure_partitions(table, "day", now.date(), DAYS_AHEAD)
    with database.cursor() as cursor:
        cursor.execute(DROP, [KEPT_DAYS] * 3)
    oldest = now - timedelta(days=KEPT_DAYS)
    old = Run.objects.filter(started_at__lt=oldest).order_by("started_at")
    gone, _ = Run.objects.filter(pk__in=old.values("pk")[:AT_ONCE]).delete()
    Quarantined.objects.filter(created_at__lt=oldest).delete()
    Rejection.objects.filter(hour__lt=oldest).delete()
    Feedback.objects.filter(created_at__lt=oldest).delete()
    ModelUse.objects.filter(hour__lt=now - USE_KEPT).delete()
    silent = Source.objects.filter(last_seen_at__lt=oldest, agent=None)
    silent.exclude(pk__in=Run.objects.order_by().values("source_id")).delete()
    return gone
