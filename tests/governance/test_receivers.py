"""Work that was given up is told of once, except work that tells people things."""

from datetime import timedelta

import pytest

from armproject.lib.errors import DomainError
from governance.models import Alert
from jobs.actions.enqueue import enqueue
from jobs.actions.run_job import run_job
from jobs.registry import HANDLERS, Handler
from jobs.running import JobRun
from tests.cast import House


def never(run: JobRun) -> None:
    raise DomainError("The vendor said no.")


@pytest.mark.parametrize(("kind", "alerts"), [("test.never", 1), ("governance.deliver", 0)])
def test_given_up_work_raises_an_alert(
    house: House, monkeypatch: pytest.MonkeyPatch, kind: str, alerts: int
) -> None:
    monkeypatch.setitem(HANDLERS, kind, Handler(kind, never, timedelta(minutes=1), 1))
    with house.inside():
        job = enqueue(kind)
    run_job(job.pk, job.organization_id)
    with house.inside():
        found = list(Alert.objects.all())
    assert len(found) == alerts
    assert all(alert.message == "The vendor said no." for alert in found)
