"""Repair what differs between a memory service outside and what is known here."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone

from accounts.fence import fenced
from armproject.lib.audit import record
from armproject.lib.errors import DomainError
from memory.models import ExternalCopy, ExternalStore, Memory
from memory.outside import Held, Service, leaving, opened, write

AT_ONCE = 200
LAST = UUID(int=2**128 - 1)


@dataclass(slots=True)
class Compared:
    """How many memories there are here, how many the service lacked or had wrong, or kept on.

    `foreign` are memories of the service that ARM never told it of; they are left to it.
    """

    here: int = 0
    missing: int = 0
    different: int = 0
    surplus: int = 0
    foreign: int = 0

    @property
    def repaired(self) -> int:
        return self.missing + self.different + self.surplus


def reconcile_external(
    store_id: UUID,
    finish: Callable[[], AbstractContextManager[None]] = fenced,
    *,
    keep: Callable[..., None] = lambda **_: None,
) -> Compared:
    """Compare a service's list with what is known here, page by page, and repair what differs.

    No transaction is open while the service is asked. `finish` opens the transaction in which it
    counts as done, `keep` is told how far it is. Raises NotTaken where the service fails.
    """
    with fenced():
        rows = ExternalStore.objects.select_related("subscription__organization")
        store = rows.get(pk=store_id)
        way = store.subscription.way
    compared = Compared()
    try:
        with Service(way) as service:
            _compare(store, service, compared, keep)
    except DomainError as problem:
        with fenced():
            ExternalStore.objects.filter(pk=store_id).update(last_error=problem.message)
        raise
    with finish():
        _note(store, compared)
    return compared


def _compare(
    store: ExternalStore, service: Service, compared: Compared, keep: Callable[..., None]
) -> None:
    """Go through both lists side by side, a page of the service's at a time."""
    behind: UUID | None = None
    page: list[Held] = []
    for following in service.pages():
        if page:
            behind = _page(store, service, compared, (page, behind, page[-1].id))
            keep(compared=compared.here)
        page = following
    _page(store, service, compared, (page, behind, LAST))


def _page(
    store: ExternalStore,
    service: Service,
    compared: Compared,
    part: tuple[Sequence[Held], UUID | None, UUID],
) -> UUID:
    """Compare one page and all of ours between its ends; returns where it ended."""
    page, behind, end = part
    held = {each.id: each.digest for each in page}
    for ids in _ours(behind, end):
        with fenced():
            told = opened(ids)
        compared.here += len(told)
        missing = [each for each in told if each not in held]
        wrong = [each for each, row in told.items() if each in held and held[each] != row["digest"]]
        compared.missing += len(missing)
        compared.different += len(wrong)
        write(store, service, [*missing, *wrong], again=True)
    _take_out_surplus(store, service, compared, held)
    return end


def _ours(behind: UUID | None, end: UUID) -> list[list[UUID]]:
    """Return the ids of what the service is to hold, behind one id and up to another."""
    with fenced():
        rows = leaving().filter(pk__lte=end)
        if behind is not None:
            rows = rows.filter(pk__gt=behind)
        ids = list(rows.order_by("pk").values_list("pk", flat=True))
    return [ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE)]


def _take_out_surplus(
    store: ExternalStore, service: Service, compared: Compared, held: dict[UUID, str]
) -> None:
    """Take out of the service what ARM told it of once and holds no more."""
    with fenced():
        present = set(leaving().filter(pk__in=held).values_list("pk", flat=True))
        surplus = [each for each in held if each not in present]
        copies = ExternalCopy.objects.filter(store=store, memory_id__in=surplus)
        known = set(copies.values_list("memory_id", flat=True))
        known |= set(Memory.objects.filter(pk__in=surplus).values_list("pk", flat=True))
    ours = [each for each in surplus if each in known]
    compared.surplus += len(ours)
    compared.foreign += len(surplus) - len(ours)
    write(store, service, ours, again=True)


def _note(store: ExternalStore, compared: Compared) -> None:
    """Keep the result, in the caller's transaction."""
    ExternalStore.objects.filter(pk=store.pk).update(
        compared_at=timezone.now(),
        compared=compared.here,
        repaired=compared.repaired,
        last_error="",
    )
    record(
        "memories.reconcile",
        store,
        details={
            "compared": compared.here,
            "missing": compared.missing,
            "different": compared.different,
            "surplus": compared.surplus,
            "foreign": compared.foreign,
        },
    )
