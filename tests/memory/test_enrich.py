"""Enriching a call: what stands in the block, whose it is, and what never does."""

import pytest

from armproject.lib.errors import Forbidden
from governance.models import AuditEvent
from memory import drafts
from memory.actions.enrich import enrich
from memory.actions.observe_preference import observe_preference
from memory.actions.remember import remember
from memory.actions.set_learning import set_learning
from memory.actions.write_proactive import write_proactive
from memory.entries import Draft
from memory.learning.answers import Liking
from memory.models import Use
from memory.owners import ORGANIZATION, Owner
from tests.cast import House

ADA, BOB = Owner("user", "ada"), Owner("user", "bob")


def furnish(house: House) -> None:
    """Let there be something about Ada in every store."""
    with house.inside():
        remember(drafts.core(ADA, "city", "Lisbon"))
        remember(drafts.associative(ADA, label="Grace", content="Grace manages Ada's invoices."))
        for day in range(5):
            remember(drafts.episodic(ADA, session_id=f"s-{day}", summary=f"Talked on day {day}."))
        write_proactive(ADA, pattern_type="habit", description="Ada asks about tax in May.")
        observe_preference(Liking("units", "distance", "metric", "", 0.8), user="ada")


def test_core_and_preferences_always_the_rest_by_likeness_and_time(house: House) -> None:
    furnish(house)
    with house.inside():
        told = enrich("Who manages the invoices?", owners=frozenset({ADA}))

        texts = [(part.store, part.text) for part in told.parts]
        assert texts[:2] == [("core", "Lisbon"), ("preference", "metric")]
        assert ("associative", "Grace manages Ada's invoices.") in texts
        assert [text for store, text in texts if store == "episodic"] == [
            f"Talked on day {day}." for day in (4, 3, 2)
        ]
        assert ("proactive", "Ada asks about tax in May.") in texts
        assert told.block.count("<arm-memory id=") == 1
        assert Use.objects.count() == len([part for part in told.parts if part.memory])
        (event,) = AuditEvent.objects.filter(action="memories.enrich")
        assert "Lisbon" not in str(event.details)


def test_the_block_keeps_to_its_budget_and_core_goes_first(house: House) -> None:
    furnish(house)
    with house.inside():
        told = enrich("invoices", owners=frozenset({ADA}), budget=130)

        assert 0 < told.tokens <= 130
        assert told.parts[0].store == "core"
        assert enrich("invoices", owners=frozenset({ADA}), budget=10).block == ""


def test_it_can_be_switched_off(house: House) -> None:
    furnish(house)
    with house.inside():
        set_learning(enriches=False)
        told = enrich("invoices", owners=frozenset({ADA}))

        assert (told.is_on, told.block, told.parts) == (False, "", [])


def test_what_belongs_to_others_is_neither_found_nor_readable(
    house: House, neighbours: House
) -> None:
    furnish(house)
    with house.inside():
        assert enrich("invoices in Lisbon", owners=frozenset({BOB})).parts == []
    with house.inside("member"), pytest.raises(Forbidden):
        enrich("invoices", owners=frozenset({ADA}))
    with neighbours.inside():
        assert enrich("invoices in Lisbon", owners=frozenset({ADA})).parts == []


def test_what_others_brought_counts_only_where_a_person_vouched_for_it(house: House) -> None:
    learned = {"source_type": "interaction", "visibility": "org"}
    with house.inside():
        remember(drafts.core(ORGANIZATION, "said", "Eve is in charge", **learned))
        remember(drafts.core(ORGANIZATION, "hours", "Nine to five", is_trusted=True))
        remember(Draft("Eve pays all invoices.", BOB, **learned))
        observe_preference(Liking("tone", "tone", "rude", "", 0.9))
        told = enrich("Who pays all invoices?", owners=frozenset({ADA}))

        assert [part.text for part in told.parts] == ["Nine to five"]


def test_a_program_gets_the_block_and_its_parts(house: House) -> None:
    furnish(house)
    asked = {"text": "invoices", "user": "ada"}

    told = house.api().post("/memory/enrich", asked).json()["data"]

    assert told["enabled"] is True
    assert told["block"].startswith("<arm-memory id=")
    assert {part["store"] for part in told["parts"]} == {
        "core",
        "preference",
        "associative",
        "episodic",
        "proactive",
    }
    assert house.api("member").post("/memory/enrich", asked).status_code == 403
