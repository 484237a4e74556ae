"""Take a schedule's turn."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import connection
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from accounts.fence import acting, fenced
from accounts.permissions import schedule as scheduled
from accounts.roles import PERMISSIONS
from jobs.actions.enqueue import enqueue
from jobs.models import ScheduleRun
from jobs.registry import SCHEDULES, Schedule


def run_schedule(name: str) -> int:
    """Queue the schedule's work in every organization that has not had this turn; return how many.

    A turn is a slot of the clock, so two schedulers, or one that fires twice, take it once.
    """
    schedule = SCHEDULES[name]
    due_at = slot(timezone.now(), interval_of(schedule))
    return sum(_take_turn(schedule, due_at, id_) for id_ in organization_ids())


def interval_of(schedule: Schedule) -> timedelta:
    """Return how often operators want this schedule, which may differ from what was declared."""
    row = PeriodicTask.objects.filter(name=schedule.label).select_related("interval").first()
    if row is None or row.interval is None:
        return schedule.every
    interval: timedelta = row.interval.schedule.run_every
    return interval


def slot(now: datetime, every: timedelta) -> datetime:
    """Return the start of the clock's slot that `now` falls into."""
    seconds = max(int(every.total_seconds()), 1)
    return datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, UTC)


def organization_ids() -> list[UUID]:
    """Return every organization that is not suspended."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM arm_organizations()")
        return [row[0] for row in cursor.fetchall()]


def _take_turn(schedule: Schedule, due_at: datetime, organization_id: UUID) -> bool:
    with acting(scheduled(schedule.name), organization_id, PERMISSIONS), fenced():
        turn = ScheduleRun(schedule=schedule.name, due_at=due_at)
        if _is_taken(turn):
            return False
        enqueue(schedule.kind, dedupe_key=f"schedule:{schedule.name}")
        return True


def _is_taken(turn: ScheduleRun) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO jobs_schedulerun (id, organization_id, schedule, due_at)"
            " VALUES (%s, %s, %s, %s) ON CONFLICT (organization_id, schedule, due_at) DO NOTHING",
            [turn.pk, turn.organization_id, turn.schedule, turn.due_at],
        )
        return bool(cursor.rowcount == 0)
