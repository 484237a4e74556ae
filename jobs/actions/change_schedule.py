"""Change when a schedule is due."""

from django.db import transaction
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from accounts.models import User
from armproject.lib import context
from armproject.lib.audit import record
from armproject.lib.errors import Forbidden, InvalidInput

SHORTEST_SECONDS = 5
LONGEST_SECONDS = 31 * 86_400


@transaction.atomic
def change_schedule(task: PeriodicTask, *, seconds: int, enabled: bool) -> PeriodicTask:
    """Say how often a schedule is due, for every organization here; only operators may."""
    refuse_unless_operator()
    if not SHORTEST_SECONDS <= seconds <= LONGEST_SECONDS:
        problem = f"Name {SHORTEST_SECONDS} seconds to {LONGEST_SECONDS // 86_400} days."
        raise InvalidInput(problem, fields={"seconds": [problem]})
    task = PeriodicTask.objects.select_for_update(of=("self",)).get(pk=task.pk)
    before = {"seconds": seconds_of(task), "enabled": task.enabled}
    task.interval, _ = IntervalSchedule.objects.get_or_create(
        every=seconds, period=IntervalSchedule.SECONDS
    )
    task.enabled = enabled
    task.save()
    record("schedules.change", task, before=before, after={"seconds": seconds, "enabled": enabled})
    return task


def seconds_of(task: PeriodicTask) -> int | None:
    """Return how often a schedule is due."""
    return int(task.interval.schedule.run_every.total_seconds()) if task.interval else None


def refuse_unless_operator() -> None:
    """Refuse everyone but those who run this installation."""
    principal = context.principal()
    operators = User.objects.filter(is_active=True, is_operator=True)
    if principal is None or not operators.filter(pk__in=[principal.user_id]).exists():
        raise Forbidden("Only operators of this installation may change schedules.")
