"""Memories are found by what they mean and by their words, by whom they are within reach of."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from accounts.roles import Role
from armproject.lib import context
from armproject.lib.errors import Forbidden, InvalidInput
from governance.models import AuditEvent
from memory.access import Reach
from memory.actions.erase_memories import erase_memories
from memory.actions.forget import forget
from memory.actions.remember_many import remember_many
from memory.actions.search_memories import search_memories
from memory.actions.update_memory import update_memory
from memory.entries import Draft
from memory.finding import Filters, Found
from memory.models import CachedVector, Chunk, Memory, Term, Vector
from memory.owners import Owner
from tests.cast import House
from tests.memory.kept import USER, kept

TEA = "Caroline prefers green tea to coffee in the afternoon."
TRIP = "Melanie went camping at the lake in July with her children."
BILL = "The invoices of Contoso are due at the end of each month."
OTHER = Owner("user", "u-2")


def found(house: House, query: str, *, role: str = Role.OWNER, **options: Any) -> list[str]:
    return [hit.content or "" for hit in search(house, query, role=role, **options).hits]


def search(house: House, query: str, *, role: str = Role.OWNER, **options: Any) -> Found:
    with house.inside(role):
        return search_memories(query, **options)


@pytest.fixture
def three(house: House) -> House:
    for content in (TEA, TRIP, BILL):
        kept(house, content)
    return house


@pytest.mark.parametrize("how", ["semantic", "keyword", "hybrid"])
@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("What does Caroline like to drink: tea?", TEA),
        ("Where did Melanie go camping?", TRIP),
        ("When are invoices due?", BILL),
    ],
)
def test_what_answers_stands_first(three: House, how: str, query: str, first: str) -> None:
    assert found(three, query, how=how)[0] == first


def test_scores_are_explained_and_the_same_each_time(three: House) -> None:
    one, other = (search(three, "green tea") for _ in range(2))
    hit = one.hits[0]
    assert {"likeness", "words", "recency"} <= hit.parts.keys()
    assert 0 < hit.score <= 1
    assert hit.score == pytest.approx(sum(hit.parts.values()), abs=1e-4)
    assert [(h.memory.pk, h.memory.uses) for h in one.hits] == [
        (h.memory.pk, h.memory.uses) for h in other.hits
    ]


def test_a_threshold_and_a_limit_hold(three: House) -> None:
    assert len(found(three, "tea", limit=2, how="semantic")) == 2
    assert found(three, "camping lake", threshold=0.4) == [TRIP]
    assert found(three, "quantum chromodynamics", how="keyword") == []


@pytest.mark.parametrize(
    "options",
    [{"limit": 0}, {"limit": 101}, {"threshold": 2.0}, {"how": "magic"}, {"vector": [1.0]}],
)
def test_what_nobody_can_mean_is_refused(three: House, options: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        search(three, "tea", **options)
    with pytest.raises(InvalidInput):
        search(three, "  ")


def test_filters_narrow_what_is_found(house: House) -> None:
    kept(house, "Tea at four.", metadata={"topic": "drinks"}, kind="preference")
    kept(house, "Tea at five.", owner=OTHER, visibility="org", store="episodic")

    def narrowed(**filters: Any) -> list[str]:
        return found(house, "tea", filters=Filters(**filters))

    assert len(narrowed()) == 2
    assert narrowed(owners=frozenset({USER})) == ["Tea at four."]
    assert narrowed(metadata={"topic": "drinks"}) == ["Tea at four."]
    assert narrowed(kind="preference") == ["Tea at four."]
    assert narrowed(store="episodic") == ["Tea at five."]
    assert narrowed(visibility="org") == ["Tea at five."]
    assert narrowed(metadata={"topic": "food"}) == []


def test_labels_keys_and_metadata_count_as_words(house: House) -> None:
    kept(house, "Four o'clock.", label="Teatime", metadata={"speaker": "Caroline"})
    assert found(house, "teatime", how="keyword") == ["Four o'clock."]
    assert found(house, "What did Caroline say?", how="keyword") == ["Four o'clock."]


def test_only_what_is_within_reach_is_found(three: House) -> None:
    assert found(three, "tea", role=Role.VIEWER) == []
    agent = Reach(owners=frozenset({USER}), agent_id=uuid4())
    assert found(three, "tea", how="keyword", reach=agent) == [TEA]
    stranger = Reach(owners=frozenset({OTHER}), agent_id=uuid4())
    assert found(three, "tea", reach=stranger) == []


def test_another_organization_finds_nothing(three: House, neighbours: House) -> None:
    kept(neighbours, "Tea is for sale.")
    assert found(neighbours, "tea green Caroline") == ["Tea is for sale."]
    with three.inside():
        assert Vector.objects.count() == 3


def test_who_may_not_read_may_not_search(three: House) -> None:
    with three.inside() as now:
        without = replace(now, rights=frozenset())
        with context.use(without), pytest.raises(Forbidden):
            search_memories("tea")


def test_what_is_changed_is_found_anew_and_not_as_it_was(house: House) -> None:
    memory = kept(house, TEA)
    with house.inside():
        update_memory(memory, content=TRIP)
    assert found(house, "green tea coffee", how="keyword") == []
    assert found(house, "camping", how="keyword") == [TRIP]
    with house.inside():
        assert Vector.objects.count() == 1


def test_what_is_forgotten_is_not_found_and_what_is_erased_leaves_nothing(house: House) -> None:
    first, second = kept(house, TEA), kept(house, TRIP)
    with house.inside():
        forget(first)
    assert found(house, "tea camping", how="keyword") == [TRIP]
    with house.inside():
        erased = erase_memories(Memory.objects.all())
        assert (erased.vectors, erased.words > 5) == (2, True)
        assert not Vector.objects.exists()
        assert not Term.objects.exists()
        assert not CachedVector.objects.exists()
    assert second.pk


def test_a_long_memory_is_found_by_a_part_and_returned_whole(house: House) -> None:
    filler = "The weather was fine and nothing else happened on that day. " * 120
    content = f"{filler}\n\nThe password hint of the vault is the name of a zebra.\n\n{filler}"
    memory = kept(house, content)
    kept(house, TEA)
    with house.inside():
        assert memory.tokens > 1_000
        assert Chunk.objects.filter(memory=memory).count() > 3
        hit = search_memories("zebra vault hint", how="semantic", limit=1).hits[0]
    assert hit.content == content
    assert "zebra" in hit.excerpt
    assert len(hit.excerpt) < len(content) / 3
    with house.inside():
        update_memory(memory, content="Nothing long any more.")
        assert not Chunk.objects.exists()


def test_an_owner_with_few_of_many_gets_all_of_their_best(house: House) -> None:
    with house.inside():
        drafts = [Draft(f"Tea number {n} is green.", OTHER) for n in range(300)]
        remember_many(drafts)
        remember_many([Draft(f"Tea of mine, kind {n}, is black.", USER) for n in range(10)])
    mine = Filters(owners=frozenset({USER}))
    for how in ("semantic", "keyword", "hybrid"):
        hits = search(house, "green tea", how=how, filters=mine, limit=10).hits
        assert len(hits) == 10


def test_what_says_the_same_twice_is_found_once(house: House) -> None:
    kept(house, TEA)
    kept(house, TEA + "!", owner=OTHER)
    assert len(found(house, "green tea")) == 1


def test_a_search_is_recorded_without_what_was_asked(three: House) -> None:
    hits = search(three, "camping in secret").hits
    with three.inside():
        event = AuditEvent.objects.filter(action="memories.search").get()
        told = str(event.details)
    assert event.details["count"] == len(hits)
    assert "camping" not in told
    assert "lake" not in told


def test_words_stand_in_the_database_as_marks_alone(three: House) -> None:
    with three.inside(), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM memory_term")
        assert "caroline" not in str(cursor.fetchall())
