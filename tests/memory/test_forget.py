"""Changing, forgetting, restoring, erasing: what is left of a memory afterwards."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from armproject.lib.errors import Conflict, Forbidden, NotFound
from governance.models import AuditEvent
from memory.actions.erase_memories import erase_memories
from memory.actions.forget import forget
from memory.actions.forget_many import forget_many
from memory.actions.purge_expired import purge_expired
from memory.actions.read_memories import read_memories
from memory.actions.remember import remember
from memory.actions.restore_memory import restore_memory
from memory.actions.update_memory import update_memory
from memory.entries import Draft
from memory.models import Memory, MemoryState
from memory.owners import Owner
from tests.cast import House
from tests.memory.kept import TEA, USER, kept


def test_a_change_keeps_how_it_was(house: House) -> None:
    row = kept(house, label="Drinks")
    with house.inside():
        changed = update_memory(row, content="Prefers water.", label="Drinks now", confidence=0.5)
        assert (changed.content, changed.label, changed.version) == (
            "Prefers water.",
            "Drinks now",
            2,
        )
        (former,) = changed.versions.all()
        assert (former.content, former.facts["label"], former.number) == (TEA, "Drinks", 1)
        assert update_memory(changed, content="Prefers water.").version == 2
        again = remember(Draft(TEA, USER))
        assert again.is_new


def test_who_was_slower_is_told(house: House) -> None:
    row = kept(house)
    with house.inside():
        update_memory(row, label="First", expected_version=1)
        with pytest.raises(Conflict):
            update_memory(row, label="Second", expected_version=1)


def test_an_end_can_be_taken_away_again(house: House) -> None:
    row = kept(house, expires_at=timezone.now() + timedelta(days=1))
    with house.inside():
        assert update_memory(row, expires_at=None).expires_at is None


def test_what_is_forgotten_is_not_found_and_can_be_restored(house: House) -> None:
    row = kept(house)
    with house.inside():
        assert forget(row) is True
        assert forget(row) is False
        assert not Memory.objects.present().exists()
        with pytest.raises(Conflict):
            update_memory(row, label="x")
        restored = restore_memory(row)
        assert restored.state == MemoryState.LIVE
        assert Memory.objects.present().get().content == TEA
        with pytest.raises(Conflict):
            restore_memory(row)


def test_a_key_that_was_given_anew_is_not_restored(house: House) -> None:
    row = kept(house, "Berlin", store="core", key="city")
    with house.inside():
        forget(row)
        remember(Draft("Lisbon", USER, store="core", key="city"))
        with pytest.raises(Conflict):
            restore_memory(row)


def test_others_neither_read_nor_change_nor_forget_what_is_private(house: House) -> None:
    row = kept(house)
    with house.inside("member"):
        with pytest.raises(NotFound):
            read_memories([row])
        with pytest.raises(NotFound):
            update_memory(row, label="x")
        with pytest.raises(NotFound):
            forget(row)
        with pytest.raises(NotFound):
            erase_memories([row])
    own = kept(house, owner=Owner("user", house.member.email))
    with house.inside("member"):
        assert read_memories([own])[0].content == TEA
        forget(own)
    with house.inside("viewer"), pytest.raises(Forbidden):
        forget_many([row])


def test_reading_is_recorded(house: House) -> None:
    rows = [kept(house), kept(house, "Lives in Lisbon.")]
    with house.inside("developer"):
        assert [each.content for each in read_memories(rows)] == [TEA, "Lives in Lisbon."]
    with house.inside():
        event = AuditEvent.objects.get(action="memories.read")
        assert {str(row.pk) for row in rows} == set(event.details["ids"])


def test_erasing_leaves_nothing_and_says_what_there_was(house: House) -> None:
    parent = kept(house, "Ordered green tea twice.")
    with house.inside():
        child = remember(Draft(TEA, USER, parents=(parent.pk,))).memory
        remember(Draft("Buy tea for the office.", USER, parents=(child.pk,)))
        update_memory(parent, content="Ordered tea three times.")
        erased = erase_memories([parent], with_derived=True)
        assert (erased.memories, erased.derived, erased.versions, erased.origins) == (1, 2, 1, 2)
        with connection.cursor() as cursor:
            for table in ("memory_memory", "memory_memoryversion", "memory_origin"):
                cursor.execute(f"SELECT count(*) FROM {table}")
                assert cursor.fetchone() == (0,)


def test_without_what_was_concluded_that_stays(house: House) -> None:
    parent = kept(house, "Ordered green tea twice.")
    with house.inside():
        child = remember(Draft(TEA, USER, parents=(parent.pk,))).memory
        erase_memories([parent])
        assert list(Memory.objects.all()) == [child]


def test_what_expired_is_not_found_and_soon_gone(house: House) -> None:
    over = kept(house, "Is in a meeting.", expires_at=timezone.now() - timedelta(seconds=1))
    long_gone, lately = kept(house, "One."), kept(house, "Two.")
    with house.inside():
        forget_many([long_gone, lately])
        past = timezone.now() - timedelta(days=31)
        Memory.objects.filter(pk=long_gone.pk).update(forgotten_at=past)
        assert over not in Memory.objects.present()
        assert purge_expired().memories == 2
        assert list(Memory.objects.all()) == [lately]
        assert purge_expired().memories == 0
