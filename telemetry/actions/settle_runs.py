"""Give up waiting for the end of runs that fell silent."""

from datetime import timedelta

from django.utils import timezone

from accounts.permissions import require
from telemetry.models import Run, RunStatus

PATIENCE = timedelta(minutes=15)


def settle_runs() -> int:
    """Call runs incomplete of which nothing was heard for long; returns how many.

    One whose end is told after all ends as that says.
    """
    require("telemetry.write")
    silent = Run.objects.silent_since(timezone.now() - PATIENCE).order_by()
    return int(silent.update(status=RunStatus.INCOMPLETE))
