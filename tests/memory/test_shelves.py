"""Sealed indexes: complete whatever the size, built beside what goes on, nobody else's."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, ProgrammingError, connection

from accounts.wall import weaknesses
from memory.actions.drop_shelves import drop_shelves
from memory.actions.erase_memories import erase_memories
from memory.actions.measure_recall import measure_recall
from memory.actions.remember_many import remember_many
from memory.actions.seal_index import seal_index
from memory.actions.search_memories import search_memories
from memory.embedding import LocalEmbedder
from memory.entries import Draft
from memory.models import Memory, Space, Vector
from memory.vectors import Place, nearest, nearest_exactly
from tests.cast import House
from tests.memory.kept import USER

NOUNS = ("tea", "coffee", "lake", "mountain", "invoice", "bicycle", "violin", "garden", "zebra")
VERBS = ("likes", "repairs", "paints", "visits", "forgets", "counts", "sells", "photographs")


def fill(house: House, number: int, seed: int = 1) -> None:
    draw = random.Random(seed)
    with house.inside():
        remember_many(
            [
                Draft(
                    f"Person {seed}-{n} {draw.choice(VERBS)} the {draw.choice(NOUNS)} near the"
                    f" {draw.choice(NOUNS)} {draw.randint(1, 999)}",
                    USER,
                )
                for n in range(number)
            ]
        )


def ask(house: House, text: str, how: Callable[..., Any], limit: int = 10) -> list[Any]:
    vector = LocalEmbedder().embed([text]).vectors[0]
    with house.inside():
        return how(Place.of(Space.objects.get()), vector, limit)


def near(house: House, text: str, how: Callable[..., Any] = nearest) -> list[float]:
    return [round(each.likeness, 3) for each in ask(house, text, how)]


def test_what_is_sealed_is_found_with_what_is_newer(house: House) -> None:
    fill(house, 400)
    with house.inside():
        sealed = seal_index(Space.objects.get(), at_least=100)
        assert sealed is not None
        assert sealed.vectors == 400
        assert not Vector.objects.filter(shelf=0).exists()
    fill(house, 50, seed=2)
    for text in ("likes the zebra", "violin repairs", "Person 2-7 photographs"):
        assert near(house, text) == near(house, text, nearest_exactly)
    assert len(near(house, "tea")) == 10


def test_little_is_not_sealed_and_small_shelves_are_built_again_with_what_is_new(
    house: House,
) -> None:
    fill(house, 60)
    with house.inside():
        space = Space.objects.get()
        assert seal_index(space) is None
        first = seal_index(space, at_least=50)
    fill(house, 60, seed=2)
    with house.inside():
        second = seal_index(space, at_least=50)
        assert first is not None
        assert second is not None
        assert second.vectors == 120
        space.refresh_from_db()
        assert (space.shelves, space.emptied) == ([second.shelf], [first.shelf])
        assert drop_shelves() == 1
        space.refresh_from_db()
        assert space.emptied == []
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass(%s)", [f"public.memory_vector_{first.shelf}"])
            assert cursor.fetchone() == (None,)


def test_a_shelf_in_which_something_stands_is_not_dropped(house: House, neighbours: House) -> None:
    fill(house, 60)
    with house.inside():
        sealed = seal_index(Space.objects.get(), at_least=50)
    assert sealed is not None
    with neighbours.inside(), connection.cursor() as cursor:
        cursor.execute("SELECT arm_drop_shelf(%s)", [sealed.shelf])
        assert cursor.fetchone() == (False,)
        cursor.execute("SELECT arm_drop_shelf(0)")
        assert cursor.fetchone() == (False,)
    assert len(near(house, "tea")) == 10


def test_nobody_seals_or_sees_what_belongs_to_others(house: House, neighbours: House) -> None:
    fill(house, 120)
    fill(neighbours, 130, seed=3)
    with house.inside():
        space = Space.objects.get()
        sealed = seal_index(space, at_least=50)
        assert sealed is not None
        assert sealed.vectors == 120
    sealing = "SELECT arm_seal_vectors(%s, '{}')"
    with (
        pytest.raises(DatabaseError, match="no such space"),
        neighbours.inside(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sealing, [space.pk])
    with neighbours.inside():
        place = Place(space.pk, 256, (sealed.shelf,))
        assert nearest(place, LocalEmbedder().embed(["tea"]).vectors[0], 10) == []
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM memory_vector")
            assert cursor.fetchone() == (130,)
            cursor.execute("SELECT count(*) FROM memory_vector WHERE shelf = %s", [sealed.shelf])
            assert cursor.fetchone() == (0,)
    assert [told for told in weaknesses() if "memory" in told or "shelf" in told] == []


def test_shelves_are_closed_to_whoever_comes_past_the_table(house: House) -> None:
    fill(house, 60)
    with house.inside():
        sealed = seal_index(Space.objects.get(), at_least=50)
    assert sealed is not None
    past = f"SELECT count(*) FROM memory_vector_{sealed.shelf}"
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        house.inside(),
        connection.cursor() as cursor,
    ):
        cursor.execute(past)


def test_a_search_that_knows_old_shelves_asks_again(house: House) -> None:
    fill(house, 80)
    with house.inside():
        space = Space.objects.get()
        old = Place.of(space)
        seal_index(space, at_least=50)
        vector = LocalEmbedder().embed(["tea"]).vectors[0]
        assert len(nearest(old, vector, 10)) == 10


def test_what_is_erased_leaves_sealed_shelves_too(house: House) -> None:
    fill(house, 80)
    with house.inside():
        seal_index(Space.objects.get(), at_least=50)
        gone = Memory.objects.order_by("pk")[:30]
        erased = erase_memories(list(gone))
        assert erased.vectors == 30
        assert Vector.objects.count() == 50
    hits = ask(house, "Person 1-3 likes", nearest, 50)
    assert len(hits) == 50


def test_filters_get_their_full_answer_from_a_sealed_index(house: House) -> None:
    fill(house, 700)
    with house.inside():
        remember_many([Draft(f"The violin number {n}", kind="preference") for n in range(12)])
        seal_index(Space.objects.get(), at_least=50)
        found = search_memories("lake", how="semantic", limit=10)
        assert len(found.hits) == 10


def test_recall_is_measured_and_kept(house: House) -> None:
    fill(house, 300)
    with house.inside():
        space = Space.objects.get()
        seal_index(space, at_least=50)
        assert (measure_recall(space) or 0) >= 0.99
        space.refresh_from_db()
        assert space.sampled == 50
        assert space.measured_at is not None
