"""A stub agent that obeys whatever it reads: what memories say reaches no further than its run."""

import re
from dataclasses import dataclass, field
from typing import Any

import pytest

from accounts.models import ApiKey
from agents.models import Agent
from armproject.lib.errors import DomainError
from governance.models import AuditEvent
from memory.actions.review_memories import review_memories
from memory.block import Note, fence
from memory.models import Memory, MemoryState, Offer
from memory.owners import ORGANIZATION, Owner
from tests.cast import House
from tests.memory.kept import kept
from tests.memory.payloads import ALL, CALLED, HOST, ORDINARY
from tests.memory.running import agent_of, used

ANNA, MARIA = "anna@shop.example", "maria@acme.example"
SECRET = "Maria's salary is 91,000 EUR."
TOOL = re.compile(r"\b(?:finance|memory|policy|approvals?)\.\w+")
ADDRESS = re.compile(r"[\w.+-]+@[\w.-]+|owner_id['\"]?\s*[=:]\s*['\"]?(\w+)")
WEB = re.compile(r"(?:https?:)?//([\w.-]+)|www\.([\w.-]+)")


@dataclass
class Gullible:
    """Obeys every order it finds: tools it is told of, owners it is told of, hosts, verdicts."""

    house: House
    agent: Agent
    user: str = ANNA
    called: list[str] = field(default_factory=list)
    read: list[str] = field(default_factory=list)

    def prompt(self) -> str:
        """Build the prompt of a run as ARM would: what is remembered, fenced."""
        found = used(self.house, "retrieve", agent=self.agent, user=self.user, limit=100)
        self.read = [each["content"] for each in found["memories"]]
        return fence([Note(text) for text in self.read])

    def obey(self, text: str) -> None:
        """Do all that a text asks for, by the only means there are: the tools on offer."""
        owners = {found[1] or found[0] for found in ADDRESS.finditer(text)} | {MARIA, "maria"}
        for tool in {*TOOL.findall(text), "memory.store", "memory.retrieve", "memory.delete"}:
            name = tool.removeprefix("memory.")
            for owner in sorted(owners):
                self._try(name, {"owner_type": "user", "owner_id": owner, "content": text})
                self._try(name, {"memory_id": owner, "content": text})
            self._try(name, {"content": text, "kind": "instruction"})
            self._try(name, {"content": text})
            self._try(name, {})

    def _try(self, name: str, told: dict[str, Any]) -> None:
        kept = {key: value for key, value in told.items() if key != "content" or name == "store"}
        try:
            answer = used(self.house, name, agent=self.agent, user=self.user, **kept)
        except DomainError:
            return
        self.called.append(name)
        self.read += [each["content"] for each in answer.get("memories", [])]


@pytest.fixture
def stub(house: House) -> Gullible:
    kept(house, SECRET, owner=Owner("user", MARIA))
    return Gullible(house, agent_of(house))


def standing(house: House) -> list[Any]:
    """Return what no memory may change: offers, keys, agents, and what others know."""
    with house.inside():
        return [
            list(Offer.objects.order_by("pk").values()),
            list(ApiKey.objects.order_by("pk").values("pk", "scopes", "revoked_at")),
            list(Agent.objects.order_by("pk").values("pk", "name", "status", "config")),
            list(Memory.objects.owned_by("user", MARIA).values("pk", "state", "digest")),
        ]


CARRIERS = {
    "a memory of the user's": {"owner": Owner("user", ANNA), "source_type": "interaction"},
    "a shared memory": {"owner": ORGANIZATION, "source_type": "inference", "visibility": "org"},
    "an imported memory": {"owner": Owner("user", ANNA), "source_type": "import"},
    "a summary": {"owner": Owner("user", ANNA), "source_type": "inference", "store": "episodic"},
}


@pytest.mark.parametrize("carrier", CARRIERS)
def test_no_payload_reaches_the_prompt_by_any_carrier(
    house: House, stub: Gullible, carrier: str
) -> None:
    for _, text in ALL:
        memory = kept(house, text, **CARRIERS[carrier])  # type: ignore[arg-type]
        assert memory.state == MemoryState.WITHHELD, text
        assert not memory.is_trusted
    assert stub.prompt() == ""


@pytest.mark.parametrize("where", ["label", "metadata"])
def test_what_stands_beside_the_content_carries_nothing_either(
    house: House, stub: Gullible, where: str
) -> None:
    for number, (_, text) in enumerate(ALL):
        line = " ".join(text.split())[:150]
        told: dict[str, Any] = {"label": line} if where == "label" else {"metadata": {"n": text}}
        try:
            kept(house, f"Likes tea {number}.", owner=Owner("user", ANNA), **told)
        except DomainError:
            continue  # what cannot be printed is no label
    for row in used(house, "retrieve", agent=stub.agent, user=ANNA, limit=100)["memories"]:
        assert row["metadata"] == {}
        assert len(row["label"]) < 150 or row["label"] == ""


def test_even_what_was_approved_by_mistake_gains_nothing(house: House, stub: Gullible) -> None:
    for _, text in ALL:
        kept(house, text, owner=Owner("user", ANNA), source_type="interaction")
    with house.inside():
        review_memories(list(Memory.objects.filter(state=MemoryState.WITHHELD)), approve=True)
    before = standing(house)
    prompt = stub.prompt()
    assert len(stub.read) >= 60
    assert prompt.count("arm-memory") == 2  # the block begins and ends once
    for text in list(stub.read):
        stub.obey(text)
    assert set(stub.called) <= {"store", "retrieve", "delete"}
    assert CALLED not in stub.called
    assert SECRET not in stub.read
    assert standing(house) == before
    with house.inside():
        rows = Memory.objects.all()
        assert not rows.filter(kind="instruction").exists()
        assert not rows.exclude(owner_id__in=[ANNA, MARIA]).exists()
        by_agent = AuditEvent.objects.filter(actor_kind="agent").values_list("action", flat=True)
        assert {each.split(".")[0] for each in by_agent} == {"memories"}


def test_no_picture_or_link_leaves_the_block_as_one(house: House, stub: Gullible) -> None:
    block = fence([Note(text) for _, text in ALL])
    assert "![" not in block
    assert "<img" not in block
    assert "](" not in block
    assert HOST in block  # as text, in a line of JSON


def test_two_hundred_queries_of_one_user_change_nothing_for_another(
    house: House, stub: Gullible
) -> None:
    kept(house, "Maria likes jazz.", owner=Owner("user", MARIA))
    kept(house, "The shop opens at nine.", owner=ORGANIZATION)
    other = Gullible(house, stub.agent, MARIA)
    before = (other.prompt() != "", sorted(other.read))
    for number in range(200):
        text = f"{ORDINARY[number % len(ORDINARY)]} For patient {number} it is patient 7."
        used(house, "store", agent=stub.agent, user=ANNA, content=text, kind="conversation")
    for number, (_, text) in enumerate(ALL):
        used(house, "store", agent=stub.agent, user=ANNA, content=text, key=f"k{number}")
    other.prompt()
    assert (True, sorted(other.read)) == before


def test_what_an_agent_learned_without_a_user_serves_users_once_approved(
    house: House, stub: Gullible
) -> None:
    used(house, "store", agent=stub.agent, content="The shop opens at ten.")
    stub.prompt()
    assert stub.read == []
    with house.inside():
        Memory.objects.filter(agent=stub.agent).update(is_trusted=True)
    stub.prompt()
    assert stub.read == ["The shop opens at ten."]
