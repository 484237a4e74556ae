"""Remembering: what is kept, whose it is, what it may look like, and who is asked first."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from armproject.lib.errors import Forbidden, InvalidInput
from governance.models import AuditEvent
from memory import gates
from memory.access import Reach
from memory.actions.remember import remember
from memory.actions.remember_many import MOST, remember_many
from memory.entries import LONGEST_CONTENT, Draft
from memory.gates import Effect, Verdict, Writing
from memory.models import Memory, MemoryState, Origin
from memory.owners import ORGANIZATION, Owner
from tests.cast import House
from tests.memory.kept import TEA, USER, kept


def test_what_is_remembered_is_kept_sealed_with_all_that_is_said_of_it(house: House) -> None:
    told = {
        "kind": "preference",
        "horizon": "profile",
        "label": "Drinks",
        "metadata": {"topic": "drinks", "nested": {"a": [1, 2]}},
        "visibility": "org",
        "confidence": 0.75,
        "source_type": "inference",
        "source_id": "i-1",
        "valid_from": datetime(2026, 1, 1, tzinfo=UTC),
    }
    row = kept(house, **told)
    with house.inside():
        found = Memory.objects.get(pk=row.pk)
        assert found.content == TEA
        assert {name: getattr(found, name) for name in told} == told
        assert Owner(found.owner_type, found.owner_id) == USER
        assert found.created_by == str(house.owner)
        with connection.cursor() as cursor:
            cursor.execute("SELECT m::text FROM memory_memory m")
            (stored,) = cursor.fetchone() or ("",)
    assert "tea" not in stored


def test_the_same_words_of_the_same_owner_are_kept_once(house: House) -> None:
    with house.inside():
        first, again = remember(Draft(TEA, USER)), remember(Draft(f" {TEA} ", USER))
        other = remember(Draft(TEA, Owner("user", "u-2")))
    assert (first.is_new, again.is_new, other.is_new) == (True, False, True)
    assert again.memory.pk == first.memory.pk


def test_a_core_memory_has_one_value_for_its_key(house: House) -> None:
    draft = Draft("Berlin", USER, store="core", key="city")
    with house.inside():
        first = remember(draft).memory
        second = remember(Draft("Lisbon", USER, store="core", key="city")).memory
        many = [Draft(name, USER, store="core", key="language") for name in ("de", "pt")]
        languages = {each.memory.pk for each in remember_many(many)}
        assert first.pk == second.pk
        assert Memory.objects.get(key="city").content == "Lisbon"
        assert Memory.objects.get(key="language").content == "pt"
        assert len(languages) == 1
        assert [each.content for each in first.versions.all()] == ["Berlin"]


def test_a_new_value_under_a_key_does_not_end_with_the_former_one(house: House) -> None:
    past = timezone.now() - timedelta(seconds=1)
    kept(house, "Berlin", store="core", key="city", expires_at=past)
    with house.inside():
        assert not Memory.objects.present().exists()
        remember(Draft("Lisbon", USER, store="core", key="city"))
        assert Memory.objects.present().get().content == "Lisbon"


def test_what_it_was_concluded_from_is_known(house: House) -> None:
    parent, run = kept(house, "Ordered green tea twice."), uuid4()
    with house.inside():
        child = remember(Draft(TEA, USER, parents=(parent.pk, parent.pk), run_id=run)).memory
        links = Origin.objects.filter(memory=child).values_list("parent_id", "run_id")
        assert set(links) == {(parent.pk, None), (None, run)}


def test_what_is_for_the_short_term_goes_after_a_day(house: House) -> None:
    row = kept(house, horizon="short_term")
    assert row.expires_at is not None
    assert timedelta(hours=23) < row.expires_at - timezone.now() < timedelta(hours=25)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"content": "  "}, "content"),
        ({"content": "x" * (LONGEST_CONTENT + 1)}, "content"),
        ({"content": "a\0b"}, "content"),
        ({"owner": Owner("planet", "x")}, "owner_type"),
        ({"owner": Owner("user", "")}, "owner_id"),
        ({"owner": Owner("user", "x" * 201)}, "owner_id"),
        ({"kind": "rumour"}, "kind"),
        ({"store": "core"}, "key"),
        ({"label": "two\nlines"}, "label"),
        ({"metadata": [1]}, "metadata"),
        ({"metadata": {"a": "x" * 20_000}}, "metadata"),
        ({"metadata": {"a": float("nan")}}, "metadata"),
        ({"metadata": {"a": "\0"}}, "metadata"),
        ({"confidence": 1.5}, "confidence"),
        ({"confidence": float("nan")}, "confidence"),
        (
            {
                "valid_from": datetime(2026, 2, 1, tzinfo=UTC),
                "valid_until": datetime(2026, 1, 1, tzinfo=UTC),
            },
            "valid_until",
        ),
    ],
)
def test_what_cannot_be_kept_is_refused_by_its_field(
    house: House, wrong: dict[str, Any], field: str
) -> None:
    with house.inside(), pytest.raises(InvalidInput) as refused:
        remember(Draft(**{"content": TEA, "owner": USER, **wrong}))
    assert list(refused.value.details["fields"]) == [field]  # type: ignore[call-overload]


def test_metadata_too_deep_to_read_is_refused(house: House) -> None:
    deep: dict[str, Any] = {}
    for _ in range(5_000):
        deep = {"a": deep}
    with house.inside(), pytest.raises(InvalidInput):
        remember(Draft(TEA, USER, metadata=deep))


def test_of_several_one_that_cannot_be_kept_keeps_all_out_and_is_named(house: House) -> None:
    with house.inside(), pytest.raises(InvalidInput) as refused:
        remember_many([Draft(TEA, USER), Draft("", USER)])
    assert refused.value.details["place"] == 1
    with house.inside():
        assert not Memory.objects.exists()
        with pytest.raises(InvalidInput):
            remember_many([Draft(f"Fact {number}") for number in range(MOST + 1)])


def test_who_may_not_write_keeps_nothing(house: House) -> None:
    with house.inside("viewer"), pytest.raises(Forbidden):
        remember(Draft(TEA, USER))


def test_the_log_tells_that_something_was_remembered_and_nothing_of_what(house: House) -> None:
    kept(house, label="Drinks tea", metadata={"topic": "tea"})
    with house.inside():
        (event,) = AuditEvent.objects.filter(action="memories.remember")
    told = f"{event.payload}{event.after}{event.details}"
    assert "preference" in told or "fact" in told
    assert "tea" not in told.lower()


@pytest.fixture
def gate() -> Iterator[None]:
    """Have what speaks of coffee withheld and what speaks of gin denied."""

    def judge(writing: Writing) -> Verdict:
        if "gin" in writing.content:
            return Verdict(Effect.DENY, ("No gin.",))
        if "coffee" in writing.content:
            return Verdict(Effect.WITHHOLD, ("Somebody should look at coffee.",))
        if "broken" in writing.content:
            raise RuntimeError("out of order")
        return Verdict()

    gates.add_gate("drinks", before_write=judge)
    yield
    gates.remove_gate("drinks")


def test_gates_withhold_and_deny_and_deny_when_they_fail(house: House, gate: None) -> None:
    row = kept(house)
    assert (row.state, row.state_reason) == (
        MemoryState.WITHHELD,
        "Somebody should look at coffee.",
    )
    with house.inside():
        assert not Memory.objects.present().exists()
        for text in ("Likes gin.", "broken"):
            with pytest.raises(Forbidden):
                remember(Draft(text, USER))


def test_reach_is_what_is_owned_and_what_is_shared(house: House) -> None:
    mine, theirs = kept(house), kept(house, owner=Owner("user", "u-2"))
    shared = kept(house, "We close at six.", owner=Owner("app", "shop"), visibility="org")
    ours = kept(house, "We sell tea.", owner=ORGANIZATION)
    person = Reach(owners=frozenset({USER, ORGANIZATION}))
    agent = Reach(owners=frozenset({USER, ORGANIZATION}), agent_id=uuid4())
    with house.inside():
        assert set(person.rows()) == {mine, shared, ours}
        assert set(agent.rows()) == {mine, ours}
        assert set(Reach(sees_private=True).rows()) == {mine, theirs, shared, ours}
        for reach in (person, agent):
            for row in (mine, theirs, shared, ours):
                assert reach.holds(row) == (row in set(reach.rows()))


def test_what_has_expired_is_remembered_anew(house: House) -> None:
    over = kept(house, expires_at=timezone.now() - timedelta(seconds=1))
    with house.inside():
        again = remember(Draft(content=TEA, owner=USER))
        assert again.is_new
        assert again.memory.pk != over.pk
        assert list(Memory.objects.present()) == [again.memory]
