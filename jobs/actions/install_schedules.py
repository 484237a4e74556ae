"""Make the schedules that the code declares visible to operators."""

import json
from datetime import timedelta

from django_celery_beat.models import IntervalSchedule, PeriodicTask

from jobs.registry import SCHEDULES

RELAY_EVERY = timedelta(seconds=5)


def install_schedules(using: str) -> None:
    """Add rows for declared schedules that have none; what operators changed stays changed."""
    if using != "owner":
        return
    _install(using, "Hand out due work", "jobs.relay", RELAY_EVERY, {})
    for schedule in SCHEDULES.values():
        arguments = {"schedule": schedule.name}
        _install(using, schedule.label, "jobs.schedule", schedule.every, arguments)
    known = {s.label for s in SCHEDULES.values()} | {"Hand out due work"}
    PeriodicTask.objects.using(using).filter(task__startswith="jobs.").exclude(
        name__in=known
    ).delete()


def _install(using: str, name: str, task: str, every: timedelta, arguments: dict[str, str]) -> None:
    interval, _ = IntervalSchedule.objects.using(using).get_or_create(
        every=int(every.total_seconds()), period=IntervalSchedule.SECONDS
    )
    PeriodicTask.objects.using(using).get_or_create(
        name=name,
        defaults={"task": task, "interval": interval, "kwargs": json.dumps(arguments)},
    )
