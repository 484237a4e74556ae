"""Work of memory: what has expired goes."""

from datetime import timedelta
from uuid import UUID

from accounts.fence import fenced
from jobs.registry import every, handles
from jobs.running import JobRun
from memory.actions.carry_out_import import carry_out_import
from memory.actions.discard_stale_imports import discard_stale_imports
from memory.actions.import_memories import KIND as IMPORT
from memory.actions.purge_expired import purge_expired
from memory.actions.reconcile_external import reconcile_external
from memory.actions.refresh_injections import refresh_injections
from memory.actions.request_reconciliation import KIND as RECONCILE
from memory.actions.request_reconciliation import request_reconciliation
from memory.models import ExternalStore

PURGE = "memory.purge"

REFRESH = "memory.refresh_injections"
RECONCILE_ALL = "memory.reconcile_all"

every(timedelta(hours=6), RECONCILE_ALL, label="Compare memory services outside")

every(timedelta(minutes=15), REFRESH, label="Take forgotten memories out of agents")
every(timedelta(minutes=10), PURGE, label="Erase expired memories")


@handles(PURGE)
def purge(run: JobRun) -> None:
    """Erase what is over, a part at a time."""
    total = 0
    while True:
        with fenced():
            number = purge_expired().memories
        if not number:
            break
        total += number
        run.renew(erased=total)
    with run.finish():
        discard_stale_imports()


@handles(IMPORT)
def import_file(run: JobRun) -> None:
    """Remember what a file holds, a part at a time."""
    carry_out_import(UUID(run.args["import"]), run.finish, keep=run.renew)


@handles(REFRESH, lease=timedelta(minutes=10))
def refresh(run: JobRun) -> None:
    """Take what was forgotten, or changed, out of the agents that it was put into."""
    refresh_injections()
    with run.finish():
        pass


@handles(RECONCILE, lease=timedelta(minutes=10))
def reconcile(run: JobRun) -> None:
    """Repair what differs between a memory service outside and what is known here."""
    reconcile_external(UUID(run.args["store"]), run.finish, keep=run.renew)


@handles(RECONCILE_ALL)
def reconcile_all(run: JobRun) -> None:
    """Queue the comparison of every memory service that is on."""
    with run.finish():
        for store in ExternalStore.objects.on().select_related("subscription"):
            request_reconciliation(store)
