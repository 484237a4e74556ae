"""What is remembered about people: theirs, made of theirs, or naming them."""

from collections.abc import Collection, Iterable, Iterator
from typing import Any
from uuid import UUID

from django.db.models import CharField, Q
from django.db.models.functions import Cast, Lower

from accounts.models import User
from accounts.registry import Holding, Row
from armproject.lib.crypto import Undecryptable
from memory.actions.erase_memories import derived_of, erase_rows
from memory.models import Extraction, Memory, MemoryVersion, Origin, OwnerType, Preference
from memory.remains import remains_of
from telemetry.models import Run

AT_ONCE = 500


def memories_of_people() -> Holding:
    """Return the holding of what agents know about a person."""
    return Holding("memories", "What agents remember about them", _report, _erase)


def preferences_of_people() -> Holding:
    """Return the holding of how a person likes things done."""
    label = "How they like things done"
    return Holding("preferences", label, _report_preferences, _erase_preferences)


def _names(user: User) -> set[str]:
    """Return what apps may call a person, in small letters: each writes addresses as it likes."""
    return {name.lower() for name in (user.email, str(user), str(user.pk))}


def _report(user: User) -> Iterable[Row]:
    found = ids_about(user)
    for row in Memory.objects.filter(pk__in=found).order_by("created_at"):
        yield {
            "kept": row.created_at,
            "what": f"{row.get_kind_display()} of {row.whose}",
            "content": "" if row.is_locked else _content(row),
        }


def _erase(user: User) -> int:
    """Erase them for good, with whatever was concluded from them, and look that nothing is left."""
    ids = ids_about(user)
    ids |= derived_of(ids)
    erased = erase_rows(ids).memories
    if left := remains_of(ids):
        raise RuntimeError(f"Erased memories left rows behind: {sorted(left)}")
    return erased


def ids_about(user: User) -> set[UUID]:
    """Return the memories that are a person's, came of work for them, or name their address."""
    names = _names(user)
    runs = Run.objects.alias(who=Lower("end_user")).filter(who__in=names).order_by()
    rows = Memory.objects.alias(
        owner=Lower("owner_id"), facts=Cast("metadata", CharField()), author=Lower("created_by")
    )
    address = user.email
    told = rows.filter(
        Q(owner_type=OwnerType.USER, owner__in=names)
        | Q(pk__in=Origin.objects.filter(run_id__in=runs.values("pk")).values("memory_id"))
        | Q(label__icontains=address)
        | Q(key__icontains=address)
        | Q(facts__icontains=address)
    )
    found = set(told.order_by().values_list("pk", flat=True))
    return found | set(_naming(address.casefold(), found))


def _naming(address: str, known: Collection[UUID]) -> Iterator[UUID]:
    """Yield the memories that say an address, now or in a former version; each is opened."""
    for row in Memory.objects.filter(is_locked=False).order_by().iterator(chunk_size=AT_ONCE):
        if row.pk not in known and address in _content(row).casefold():
            yield row.pk
    for version in MemoryVersion.objects.order_by().iterator(chunk_size=AT_ONCE):
        if version.memory_id not in known and address in _content(version).casefold():
            yield version.memory_id


def _content(row: Any) -> str:
    try:
        return str(row.content)
    except Undecryptable:
        return ""


def _preferences(user: User) -> Any:
    return Preference.objects.alias(who=Lower("user")).filter(who__in=_names(user))


def _report_preferences(user: User) -> Iterable[Row]:
    for row in _preferences(user).order_by("created_at"):
        yield {"kept": row.created_at, "what": f"{row.category}: {row.key}"}


def _erase_preferences(user: User) -> int:
    looked = Extraction.objects.alias(who=Lower("owner_id"))
    looked.filter(owner_type=OwnerType.USER, who__in=_names(user)).delete()
    return int(_preferences(user).delete()[0])
