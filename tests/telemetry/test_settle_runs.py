"""Runs that fall silent are called incomplete, and old telemetry leaves."""

from datetime import timedelta

from django.utils import timezone

from telemetry.actions.drop_old_days import KEPT_DAYS, drop_old_days
from telemetry.actions.settle_runs import PATIENCE, settle_runs
from telemetry.models import Run, RunStatus
from tests.cast import Api, House
from tests.telemetry.senders import Trace, work


def age(house: House, **by: timedelta) -> None:
    with house.inside():
        for field, back in by.items():
            Run.objects.update(**{field: timezone.now() - back})


def test_a_run_whose_end_is_never_told_becomes_incomplete(house: House, api: Api) -> None:
    trace = Trace()
    trace.span("execute_tool find", parent=b"p" * 8)
    trace.send(api)
    with house.inside():
        assert settle_runs() == 0
    age(house, last_heard_at=PATIENCE * 2)
    with house.inside():
        assert settle_runs() == 1
        assert Run.objects.get().status == RunStatus.INCOMPLETE
    trace.renew()
    trace.span("invoke_agent late", span_id=b"p" * 8, agent="late")
    trace.send(api)
    with house.inside():
        assert Run.objects.get().status == RunStatus.SUCCEEDED


def test_old_runs_leave_and_young_ones_stay(house: House, api: Api) -> None:
    work("old").send(api)
    age(house, started_at=timedelta(days=KEPT_DAYS + 1))
    work("young").send(api)
    with house.inside():
        assert drop_old_days() == 1
        assert Run.objects.select_related("source").get().source.agent_name == "young"
