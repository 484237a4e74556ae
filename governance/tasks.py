"""What governance does by itself."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from accounts.actions.reseal_values import reseal_values
from accounts.actions.rotate_organization_key import rotate_organization_key
from governance.actions.deliver_notification import deliver_notification
from governance.actions.ensure_audit_partitions import ensure_audit_partitions
from governance.actions.evaluate_rules import evaluate_rules
from governance.actions.keep_anchored import keep_anchored
from governance.actions.keep_sealed import keep_sealed
from governance.actions.retain_audit import retain_audit
from governance.actions.run_verification import run_verification
from governance.models import Notification
from jobs.registry import every, handles
from jobs.running import JobRun
from jobs.subjects import subjects

# Pauses of 1, 2, 4 … 360 minutes fill a day in thirteen attempts; crashes may take some more.
ATTEMPTS = 20


@handles("governance.evaluate_rules", lease=timedelta(minutes=3))
def evaluate(run: JobRun) -> None:
    evaluate_rules(progress=lambda done, of: run.renew(done=done, of=of))


@handles("governance.deliver", lease=timedelta(minutes=2), max_attempts=ATTEMPTS)
def deliver(run: JobRun) -> None:
    deliver_notification(UUID(run.args["notification"]), run.finish)


@subjects("notification", permission="alerts.read", page="admin:governance_notification_change")
def names_of_notifications(ids: Sequence[UUID]) -> Mapping[UUID, str]:
    rows = Notification.objects.filter(pk__in=ids).select_related("alert")
    return {row.pk: f"{row.alert.title} to {row.channel_label}" for row in rows}


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


@handles("governance.seal")
def seal(run: JobRun) -> None:
    keep_sealed()


@handles("governance.anchor")
def anchor(run: JobRun) -> None:
    keep_anchored(last_attempt=run.job.attempts >= run.job.max_attempts)


@handles("governance.verify", lease=timedelta(minutes=5))
def verify(run: JobRun) -> None:
    asked = run.args.get("verification")
    run_verification(
        UUID(asked) if asked else None,
        run.finish,
        progress=lambda done, of: run.renew(done=done, of=of),
    )


@handles("governance.retain", lease=timedelta(minutes=30))
def retain(run: JobRun) -> None:
    retain_audit()


every(timedelta(days=1), "governance.retain", label="Archive old months of the audit log")
every(timedelta(seconds=15), "governance.seal", label="Seal the audit log")
every(timedelta(minutes=5), "governance.anchor", label="Anchor the audit log's seals")
every(timedelta(days=1), "governance.verify", label="Verify the audit log")
every(timedelta(minutes=5), "governance.evaluate_rules", label="Evaluate alert rules")
every(timedelta(days=1), "governance.ensure_partitions", label="Make room in the audit log")
every(timedelta(days=1), "governance.reseal", label="Seal anew what older keys sealed")
