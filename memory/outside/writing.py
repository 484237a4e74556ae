"""Memories written through to a service outside, and what is kept of how that went."""

import time
from collections.abc import Callable, Collection, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from accounts.fence import fenced
from armproject.lib.crypto import Undecryptable
from jobs.sinks import NotTaken
from memory.models import ExternalCopy, ExternalStore, Memory, MemoryQuerySet, MemoryState
from memory.outside.records import record_of
from memory.outside.service import Refusal, Service

# A parcel takes no longer than this; what is left of it goes with the next try.
LONGEST = 20.0


def leaving() -> MemoryQuerySet:
    """Return the memories that a service is told of: live, not expired, and open."""
    live = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
    rows: MemoryQuerySet = Memory.objects.filter(live, state=MemoryState.LIVE, is_locked=False)
    return rows


def opened(ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return what the service is to be told of these memories; those that are not in it must go.

    What is withheld, forgotten, expired, encrypted under a passphrase or cannot be opened does not
    leave ARM. Call it inside `fenced()`.
    """
    told = {}
    for row in leaving().filter(pk__in=ids):
        try:
            told[row.pk] = record_of(row, row.content)
        except Undecryptable:
            continue
    return told


def write(
    store: ExternalStore,
    service: Service,
    ids: Sequence[UUID],
    *,
    again: bool = False,
    keep: Callable[[], None] = lambda: None,
) -> int:
    """Tell the service of these memories as they read now; returns how many it was told of.

    What it was told of already is left out, unless `again`. One that it will never take is noted
    and passed over. Raises NotTaken where the rest has to wait; what went out before it counts.
    """
    with fenced():
        told = opened(ids)
        copies = {
            each.memory_id: each
            for each in ExternalCopy.objects.filter(store=store, memory_id__in=ids)
        }
    written: dict[UUID, str] = {}
    deadline = time.monotonic() + LONGEST
    try:
        for each in dict.fromkeys(ids):
            copy = copies.get(each)
            if not again and each in told and _is_known(copy, told[each]["version"]):
                continue
            if time.monotonic() > deadline and written:
                raise NotTaken("The service is slow: the rest is sent with the next try.")
            written[each] = _tell(service, each, told.get(each))
            keep()
    finally:
        with fenced():
            _note(store, written, told)
    return len(written)


def _is_known(copy: ExternalCopy | None, version: int) -> bool:
    return copy is not None and copy.version == version and not copy.problem


def _tell(service: Service, memory_id: UUID, record: dict[str, Any] | None) -> str:
    """Tell of one memory and return why it was refused, "" where it was not."""
    if record is None:
        service.delete(memory_id)
        return ""
    try:
        service.put(record)
    except Refusal as refusal:
        return str(refusal)
    return ""


def _note(store: ExternalStore, written: dict[UUID, str], told: dict[UUID, dict[str, Any]]) -> None:
    """Keep what the service was told, in the caller's transaction."""
    gone = [each for each in written if each not in told]
    ExternalCopy.objects.filter(store=store, memory_id__in=gone).delete()
    ExternalCopy.objects.bulk_create(
        [
            ExternalCopy(
                store=store,
                memory_id=each,
                version=told[each]["version"],
                sent_at=timezone.now(),
                problem=problem[:300],
            )
            for each, problem in sorted(written.items())
            if each in told
        ],
        update_conflicts=True,
        unique_fields=["organization", "store", "memory_id"],
        update_fields=["version", "sent_at", "problem"],
    )
