"""What agents know of a person is reported, and goes with everything made of it."""

from typing import Any

from accounts.registry import HOLDINGS
from governance.actions.erase_person import erase_person
from governance.models import AuditEvent, Erasure
from memory.actions.erase_memories import erase_memories
from memory.actions.update_memory import update_memory
from memory.models import Memory, MemoryVersion, Preference
from memory.owners import ORGANIZATION, Owner
from memory.remains import remains_of
from tests.cast import Api, House
from tests.memory.kept import TEA, kept
from tests.memory.running import agent_of, run_of, used

CANARY = "canary-7f3a prefers tea in the afternoon."


def about(house: House, api: Api) -> list[Memory]:
    """Keep what is a member's: by address, by id, of a run, made of it, and naming them."""
    person, agent = house.member, agent_of(house)
    run = run_of(house, api, agent, person.email.upper())
    own = kept(house, CANARY, owner=Owner("user", person.email.title()))
    by_id = kept(house, "Likes jazz.", owner=Owner("user", str(person.pk)))
    learned = kept(house, "Somebody likes rain.", owner=ORGANIZATION, run_id=run.pk)
    derived = kept(house, "Tea is liked here.", owner=ORGANIZATION, parents=(own.pk,))
    naming = kept(house, f"Ask {person.email} about tea.", owner=ORGANIZATION)
    facts = kept(house, "Tall.", owner=ORGANIZATION, metadata={"who": {"mail": person.email}})
    former = kept(house, f"Mail {person.email}.", owner=ORGANIZATION)
    with house.inside():
        update_memory(former, content="Nobody is written to.")
        update_memory(own, content=f"{CANARY} Still.")
    return [own, by_id, learned, derived, naming, facts, former]


def test_everything_about_a_person_is_reported_and_erased(house: House, api: Api) -> None:
    theirs = about(house, api)
    other = kept(house, TEA, owner=Owner("user", "somebody@else.example"))
    with house.inside():
        held = HOLDINGS["memories"]
        told = list(held.report(house.member))
        assert len(told) == len(theirs) - 1  # what was made of theirs is found when they go
        assert any(row["content"] == f"{CANARY} Still." for row in told)
        assert held.erase is not None
        assert held.erase(house.member) == len(theirs)
        assert list(Memory.objects.all()) == [other]
        assert not MemoryVersion.objects.exists()
        assert not list(held.report(house.member))
        assert held.erase(house.member) == 0


def test_preferences_go_too(house: House) -> None:
    with house.inside():
        for user in (house.member.email.upper(), "somebody@else.example"):
            row = Preference(user=user, category="style", key="length", told_sealed=b"x")
            row.save()
        held = HOLDINGS["preferences"]
        assert [row["what"] for row in held.report(house.member)] == ["style: length"]
        assert held.erase is not None
        assert held.erase(house.member) == 1
        assert Preference.objects.get().user == "somebody@else.example"


def test_the_receipt_of_an_erased_person_counts_them(house: House, api: Api) -> None:
    theirs, email = about(house, api), house.member.email
    client = house.browser()
    assert client.get("/studio/").status_code == 200
    with house.inside():
        receipt = erase_person(email, confirmed=email)
        assert receipt.erased["memories"] == len(theirs)
        assert Erasure.objects.get().erased["memories"] == len(theirs)


def test_erasing_a_memory_leaves_a_receipt_in_the_log(house: House) -> None:
    agent = agent_of(house)
    used(house, "store", agent=agent, user="u-1", content=CANARY)
    used(house, "retrieve", agent=agent, user="u-1")
    with house.inside():
        memory = Memory.objects.get()
        assert remains_of([memory.pk])
        erased = erase_memories([memory], with_derived=True)
        assert erased.memories == 1
        assert erased.uses == 1
        assert remains_of([memory.pk]) == {}
        receipt: dict[str, Any] = AuditEvent.objects.get(action="memories.erase").details
        assert receipt["memories"] == 1
        assert receipt["uses"] == 1
        assert receipt["left"] == 0
        assert CANARY not in str(receipt)
