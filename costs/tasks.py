"""What of costs happens by itself."""

from datetime import timedelta
from uuid import UUID

from accounts.fence import fenced
from connectors.registry import kinds
from costs.actions.keep_observed import LATE, keep_observed
from costs.actions.prepare_months import prepare_months
from costs.actions.price_again import price_again
from costs.actions.read_connection import read_connection
from costs.actions.request_readings import request_readings
from costs.actions.verify_rollups import verify_rollups
from jobs.registry import every, handles
from jobs.running import JobRun

EVERY_SYNC = timedelta(minutes=15)
DAILY = timedelta(days=1)


@handles("costs.sync", lease=timedelta(minutes=10))
def sync(run: JobRun) -> None:
    read_connection(UUID(run.args["connection"]), lambda part: run.renew(**{part: "read"}))


@handles("costs.sync_all")
def sync_all(run: JobRun) -> None:
    with run.finish():
        request_readings()


@handles("costs.observe")
def observe(run: JobRun) -> None:
    with run.finish():
        keep_observed()


@handles("costs.prepare_months")
def prepare(run: JobRun) -> None:
    with run.finish():
        prepare_months()


@handles("costs.verify_rollups", lease=timedelta(minutes=30))
def verify(run: JobRun) -> None:
    with fenced():
        keep_observed(LATE)
    for vendor in kinds():
        with fenced():
            price_again(vendor)
    with fenced():
        found = verify_rollups()
    run.renew(differences=[difference.as_json() for difference in found])


every(EVERY_SYNC, "costs.sync_all", label="Read usage and costs")
every(EVERY_SYNC, "costs.observe", label="Add up what agents were observed to use")
every(DAILY, "costs.prepare_months", label="Prepare the coming months of usage")
every(DAILY, "costs.verify_rollups", label="Check the sums of costs")
