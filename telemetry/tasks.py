"""Work of this app: who reports, which runs fell silent, and what is too old."""

from datetime import date, timedelta

from accounts.fence import fenced
from jobs.registry import every, handles
from jobs.running import JobRun
from telemetry.actions.claim_sources import claim_sources
from telemetry.actions.drop_old_days import drop_old_days
from telemetry.actions.drop_old_sums import drop_old_sums
from telemetry.actions.keep_sources import CLAIM
from telemetry.actions.repair_sums import DAY, repair_sums
from telemetry.actions.request_repair import KIND as REPAIR
from telemetry.actions.settle_runs import settle_runs

SETTLE, TIDY = "telemetry.settle_runs", "telemetry.tidy"

every(timedelta(minutes=15), CLAIM, label="Find the agents behind new telemetry")
every(timedelta(minutes=5), SETTLE, label="Settle runs that fell silent")
every(timedelta(days=1), TIDY, label="Drop old telemetry")


@handles(CLAIM)
def claim(run: JobRun) -> None:
    with run.finish():
        claim_sources()


@handles(SETTLE)
def settle(run: JobRun) -> None:
    with run.finish():
        settle_runs()


@handles(TIDY)
def tidy(run: JobRun) -> None:
    with run.finish():
        drop_old_days()
        drop_old_sums()


@handles(REPAIR)
def repair(run: JobRun) -> None:
    day, last = (date.fromisoformat(run.args[name]) for name in ("first", "last"))
    wrong = 0
    while day <= last:
        with fenced():
            wrong += repair_sums(day)
        run.renew(day=day.isoformat(), wrong=wrong)
        day += DAY
    with run.finish():
        pass
