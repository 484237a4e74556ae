"""Drop sums of runs that are finer than anybody looks at so long after."""

from datetime import timedelta

from django.utils import timezone

from accounts.permissions import require
from telemetry.models import Grain, RunSum, SumOf

KEPT = {
    Grain.MINUTE: timedelta(days=3),
    Grain.HOUR: timedelta(days=100),
    Grain.DAY: timedelta(days=1_100),
}


def drop_old_sums() -> int:
    """Drop old minutes, hours and days, each after a while of its own; returns how many."""
    require("telemetry.write")
    now, gone = timezone.now(), 0
    for grain, kept in KEPT.items():
        for of in SumOf:
            old = RunSum.objects.filter(grain=grain, of=of, at__lt=now - kept)
            gone += old.delete()[0]
    return gone
