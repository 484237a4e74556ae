"""What governance does on news from below."""

from django.dispatch import receiver

from governance.actions.raise_alert import raise_alert
from jobs.models import Job
from jobs.signals import job_died

# A message that could not be delivered is told of by other means than one more message.
OWN_ESCALATION = frozenset({"governance.deliver"})


@receiver(job_died)
def on_job_died(*, job: Job, **_: object) -> None:
    if job.kind not in OWN_ESCALATION:
        raise_alert("job", job, name=f"Work was given up: {job.kind}", message=job.last_error)
