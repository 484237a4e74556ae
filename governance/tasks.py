"""What governance does by itself."""

from datetime import timedelta
from uuid import UUID

from accounts.actions.reseal_values import reseal_values
from accounts.actions.rotate_organization_key import rotate_organization_key
from governance.actions.deliver_notification import deliver_notification
from governance.actions.ensure_audit_partitions import ensure_audit_partitions
from governance.actions.evaluate_rules import evaluate_rules
from jobs.registry import every, handles
from jobs.running import JobRun

# Pauses of 1, 2, 4 … 360 minutes fill a day in thirteen attempts; crashes may take some more.
ATTEMPTS = 20


@handles("governance.evaluate_rules", lease=timedelta(minutes=3))
def evaluate(run: JobRun) -> None:
    evaluate_rules(progress=lambda done, of: run.renew(done=done, of=of))


@handles("governance.deliver", lease=timedelta(minutes=2), max_attempts=ATTEMPTS)
def deliver(run: JobRun) -> None:
    deliver_notification(UUID(run.args["notification"]), run.finish)


@handles("governance.ensure_partitions")
def ensure_partitions(run: JobRun) -> None:
    ensure_audit_partitions()


@handles("governance.reseal", lease=timedelta(minutes=3), max_attempts=10)
def reseal(run: JobRun) -> None:
    reseal_values(progress=lambda done, of: run.renew(done=done, of=of))


@handles("governance.rotate_key")
def rotate_key(run: JobRun) -> None:
    with run.finish():
        rotate_organization_key()


every(timedelta(minutes=5), "governance.evaluate_rules", label="Evaluate alert rules")
every(timedelta(days=1), "governance.ensure_partitions", label="Make room in the audit log")
every(timedelta(days=1), "governance.reseal", label="Seal anew what older keys sealed")
