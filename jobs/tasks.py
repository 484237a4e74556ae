"""Celery's door: three tasks for all kinds of work, and the work of the app below."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from celery import shared_task
from celery.signals import worker_init

from accounts.actions.clean_gate import clean_gate
from accounts.actions.send_invitation import send_invitation
from accounts.actions.send_letter import send_letter
from jobs.actions.deliver_events import deliver_events
from jobs.actions.nudge_relay import nudge_relay
from jobs.actions.prune_jobs import prune_jobs
from jobs.actions.prune_outbox import prune_outbox
from jobs.actions.queue_deliveries import DELIVER
from jobs.actions.relay_jobs import relay_jobs
from jobs.actions.run_job import run_job
from jobs.actions.run_schedule import run_schedule
from jobs.actions.send_outbox import send_outbox
from jobs.liveness import note_progress, watch
from jobs.models import Subscription
from jobs.registry import every, handles
from jobs.running import JobRun
from jobs.subjects import subjects

# Pauses double from a minute on; a mail server may be away for an hour.
LETTER_ATTEMPTS = 7
# A turn fails only if its worker does; the clock begins another.
TURNS = 20


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


@handles("accounts.send_letter", max_attempts=LETTER_ATTEMPTS)
def letter(run: JobRun) -> None:
    send_letter(UUID(run.args["letter"]), run.finish)


@handles("accounts.send_invitation", max_attempts=LETTER_ATTEMPTS)
def invitation(run: JobRun) -> None:
    send_invitation(UUID(run.args["invitation"]), run.finish)


@handles("accounts.clean_gate")
def clean(run: JobRun) -> None:
    clean_gate()


@handles("jobs.prune", lease=timedelta(minutes=10))
def prune(run: JobRun) -> None:
    with run.finish():
        prune_jobs()


@handles(DELIVER, lease=timedelta(minutes=1), max_attempts=TURNS)
def deliver(run: JobRun) -> None:
    deliver_events(UUID(run.args["subscription"]), run.finish, keep=run.renew)


@subjects("subscription", permission="subscriptions.read", page="admin:jobs_subscription_change")
def names_of_subscriptions(ids: Sequence[UUID]) -> Mapping[UUID, str]:
    return {row.pk: row.name for row in Subscription.objects.filter(pk__in=ids)}


@handles("jobs.send_outbox")
def send(run: JobRun) -> None:
    with run.finish():
        send_outbox()


@handles("jobs.prune_outbox", lease=timedelta(minutes=10))
def forget(run: JobRun) -> None:
    with run.finish():
        prune_outbox()


every(timedelta(minutes=1), "jobs.send_outbox", label="Send what subscriptions wait for")
every(timedelta(days=1), "jobs.prune_outbox", label="Forget news that everybody has")
every(timedelta(days=1), "jobs.prune", label="Forget work that is long done")
every(timedelta(days=1), "accounts.clean_gate", label="Clear away old sign-in links and sessions")
