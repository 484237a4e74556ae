"""Celery's door: three tasks for all kinds of work."""

from uuid import UUID

from celery import shared_task
from celery.signals import worker_init

from jobs.actions.nudge_relay import nudge_relay
from jobs.actions.relay_jobs import relay_jobs
from jobs.actions.run_job import run_job
from jobs.actions.run_schedule import run_schedule
from jobs.liveness import note_progress, watch


@worker_init.connect
def start_watching(**_: object) -> None:
    watch()


@shared_task(name="jobs.relay", ignore_result=True)
def relay(**_: object) -> None:
    relay_jobs()
    note_progress()


@shared_task(name="jobs.run", ignore_result=True)
def run(*, job_id: str, organization_id: str, **_: object) -> None:
    run_job(UUID(job_id), UUID(organization_id))
    nudge_relay()  # there is room in its lane again
    note_progress()


@shared_task(name="jobs.schedule", ignore_result=True)
def schedule(*, schedule: str, **_: object) -> None:
    run_schedule(schedule)
    note_progress()
