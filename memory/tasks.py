"""Work of memory: what has expired goes, what waits is embedded, indexes are built and measured."""

from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from accounts.fence import fenced
from jobs.registry import every, handles
from jobs.running import JobRun
from memory.actions.carry_out_extraction import carry_out_extraction
from memory.actions.carry_out_import import carry_out_import
from memory.actions.consolidate import consolidate
from memory.actions.discard_stale_imports import discard_stale_imports
from memory.actions.drop_shelves import drop_shelves
from memory.actions.embed_pending import embed_pending
from memory.actions.extract_runs import extract_runs
from memory.actions.import_memories import KIND as IMPORT
from memory.actions.index_memories import EMBED
from memory.actions.measure_recall import measure_recall
from memory.actions.purge_expired import purge_expired
from memory.actions.reconcile_external import reconcile_external
from memory.actions.reembed import reembed
from memory.actions.refresh_injections import refresh_injections
from memory.actions.request_extraction import KIND as LOOK_THROUGH
from memory.actions.request_reconciliation import KIND as RECONCILE
from memory.actions.request_reconciliation import request_reconciliation
from memory.actions.seal_index import seal_index
from memory.actions.set_embedding import REEMBED
from memory.indexing import forget_cached
from memory.models import ExternalStore, Memory, Space, Store
from memory.owners import Owner

PURGE = "memory.purge"
SEAL = "memory.seal"
MEASURE = "memory.measure"
# An index over a hundred thousand vectors takes about a minute to build.
LONG = timedelta(minutes=30)

REFRESH = "memory.refresh_injections"
RECONCILE_ALL = "memory.reconcile_all"
EXTRACT, CONSOLIDATE = "memory.extract_runs", "memory.consolidate"
# Whose sessions are a day old was consolidated since.
RECENT = timedelta(days=1)
MOST_OWNERS = 500

every(timedelta(hours=6), RECONCILE_ALL, label="Compare memory services outside")

every(timedelta(minutes=10), EXTRACT, label="Learn from finished runs")
every(timedelta(hours=6), CONSOLIDATE, label="Consolidate what is remembered of sessions")
every(timedelta(minutes=15), REFRESH, label="Take forgotten memories out of agents")
every(timedelta(minutes=10), PURGE, label="Erase expired memories")
every(timedelta(minutes=5), SEAL, label="Build indexes over new memories")
every(timedelta(days=1), MEASURE, label="Measure how complete memory search is")


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


@handles(EMBED, lease=timedelta(minutes=5), max_attempts=8)
def embed(run: JobRun) -> None:
    """Embed what waits for an endpoint, a part at a time."""
    space = _space(run)
    total = 0
    is_last = run.job.attempts >= run.job.max_attempts
    while space is not None and (done := embed_pending(space, is_last=is_last)):
        total += done
        run.renew(embedded=total)
    with run.finish():
        pass


@handles(REEMBED, lease=timedelta(minutes=5), max_attempts=20)
def embed_anew(run: JobRun) -> None:
    """Embed all memories with another model; goes on where it was interrupted."""
    space = _space(run)
    after = str(run.job.progress.get("after", ""))
    while space is not None and (after := reembed(space, after=after)):
        run.renew(after=after)
    with run.finish():
        pass


@handles(SEAL, lease=LONG)
def seal(run: JobRun) -> None:
    """Build an index over what is new, where there is enough of it."""
    with fenced():
        spaces = list(Space.objects.current())
    for space in spaces:
        with fenced():
            seal_index(space)
    with fenced():
        drop_shelves()
    with run.finish():
        pass


@handles(MEASURE, lease=LONG)
def measure(run: JobRun) -> None:
    """Measure each index against looking at everything."""
    with fenced():
        spaces = list(Space.objects.serving())
    for space in spaces:
        with fenced():
            measure_recall(space)
    with run.finish():
        forget_cached()


@handles(EXTRACT, lease=timedelta(minutes=30))
def learn_from_runs(run: JobRun) -> None:
    """Look through finished runs whose content is kept, where the setting says so."""
    number = extract_runs()
    run.renew(runs=number)
    with run.finish():
        pass


@handles(LOOK_THROUGH)
def look_through(run: JobRun) -> None:
    """Look through one interaction that somebody brought."""
    carry_out_extraction(UUID(run.args["extraction"]))
    with run.finish():
        pass


@handles(CONSOLIDATE, lease=timedelta(minutes=10))
def consolidate_all(run: JobRun) -> None:
    """Consolidate the sessions of everybody who had one lately."""
    with fenced():
        rows = Memory.objects.present().filter(
            store=Store.EPISODIC, created_at__gte=timezone.now() - RECENT
        )
        owners = list(rows.order_by().values_list("owner_type", "owner_id").distinct())
    for number, owner in enumerate(sorted(owners)[:MOST_OWNERS], 1):
        consolidate(Owner(*owner))
        run.renew(owners=number)
    with run.finish():
        pass


def _space(run: JobRun) -> Space | None:
    with fenced():
        found: Space | None = (
            Space.objects.current()
            .select_related("organization")
            .filter(pk=UUID(str(run.args["space"])))
            .first()
        )
    return found
