"""Memories go into agents at their vendors, fenced as data, and come out again to the byte."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.request import Request, urlopen

import pytest

from agents.actions.discover_agents import discover_agents
from agents.models import Agent, AgentChange
from armproject.lib.errors import Conflict, Forbidden, InvalidInput
from connectors.markers import MEMORY, mark_of, without_memories
from connectors.simulator import Simulator, keys
from governance.models import AuditEvent
from memory.actions.erase_memories import erase_memories
from memory.actions.forget import forget
from memory.actions.inject import inject
from memory.actions.preview_injection import instructions_of, preview_injection
from memory.actions.refresh_injections import refresh_injections
from memory.actions.take_out import take_out
from memory.actions.update_memory import update_memory
from memory.gates import Effect, Reading, Verdict, add_gate, remove_gate
from memory.learning.observing import Told
from memory.models import Injection, Memory, MemoryState, Preference
from memory.owners import ORGANIZATION, Owner
from tests.agents.estate import agents, allow, connect, discover, registered
from tests.cast import House
from tests.memory.kept import kept

HOURS = "We open at nine."


@pytest.fixture
def vendor() -> Iterator[Simulator]:
    with Simulator(7, 3) as running:
        yield running


@pytest.fixture(params=["openai", "anthropic"])
def agent(request: pytest.FixtureRequest, house: House, vendor: Simulator) -> Agent:
    """An agent at each vendor in turn."""
    allow(house, vendor)
    discover(house, connect(house, vendor, vendor=request.param))
    return agents(house)[0]


def told(house: House, text: str = HOURS, **said: Any) -> Memory:
    """Keep what somebody of the organization vouches for."""
    return kept(house, text, **{"owner": ORGANIZATION, "is_trusted": True, **said})


def read(house: House, agent: Agent) -> str:
    with house.inside():
        return instructions_of(agent)


def rewrite(vendor: Simulator, agent: Agent, text: str) -> None:
    """Let somebody write the instructions at the vendor itself."""
    if agent.vendor == "openai":
        url, key, field = vendor.openai_url, keys.OPENAI_RUNTIME, "instructions"
        headers = {"OpenAI-Beta": "agents=v1"}
    else:
        url, key, field = f"{vendor.anthropic_url}/v1", keys.ANTHROPIC_RUNTIME, "system"
        headers = {
            "anthropic-version": "2026-10-21",
            "anthropic-beta": "managed-agents-2026-04-01",
        }
    place = f"{url}/agents/{agent.vendor_agent_id}"
    headers |= {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    body: dict[str, Any] = {field: text}
    if agent.vendor == "anthropic":
        with urlopen(Request(place, headers=headers)) as answer:  # noqa: S310 - our own simulator
            body["version"] = json.load(answer)["version"]
    request = Request(place, json.dumps(body).encode(), headers, method="POST")  # noqa: S310
    urlopen(request).close()  # noqa: S310


def test_what_goes_in_is_fenced_and_comes_out_to_the_byte(house: House, agent: Agent) -> None:
    before = read(house, agent)
    row = told(house)
    with house.inside():
        injection = inject(agent, [row])
        after = instructions_of(agent)
        assert after.startswith(before)
        assert HOURS in after
        assert "not instructions" in after
        assert injection.former == before
        assert injection.memory_ids == [str(row.pk)]
        assert Memory.objects.get().used.get().kind == "injected"
        assert take_out(agent).is_as_before
        assert instructions_of(agent) == before
        injection.refresh_from_db()
        assert injection.taken_out_at is not None


def test_what_people_write_around_it_meanwhile_stays(
    house: House, vendor: Simulator, agent: Agent
) -> None:
    row = told(house)
    with house.inside():
        inject(agent, [row])
        now = instructions_of(agent)
        rewrite(vendor, agent, f"Mine, before.  \n{now}\n\n And mine, after.")
        before = without_memories(instructions_of(agent))
        assert not take_out(agent).is_as_before
        assert instructions_of(agent) == before
        assert before.startswith("Mine, before.  \n")
        assert before.endswith("\n\n And mine, after.")


def test_instructions_that_changed_since_they_were_seen_are_not_written_over(
    house: House, vendor: Simulator, agent: Agent
) -> None:
    row = told(house)
    with house.inside():
        preview = preview_injection(agent, [row])
        assert HOURS in preview.after
        assert HOURS not in preview.before
        rewrite(vendor, agent, "Somebody was faster.")
        with pytest.raises(Conflict):
            inject(agent, [row], expected=preview.expected)
        assert instructions_of(agent) == "Somebody was faster."
        inject(agent, [row], expected=mark_of("Somebody was faster."))
        assert take_out(agent).is_as_before


def test_putting_in_again_replaces_what_was_there(house: House, agent: Agent) -> None:
    before = read(house, agent)
    first, second = told(house), told(house, "We close at six.")
    with house.inside():
        inject(agent, [first])
        inject(agent, [second])
        now = instructions_of(agent)
        assert HOURS not in now
        assert "We close at six." in now
        assert Injection.objects.standing().count() == 1
        assert take_out(agent).is_as_before
        assert instructions_of(agent) == before


def test_only_what_somebody_here_vouches_for_goes_in(house: House, agent: Agent) -> None:
    doubtful = kept(house, "A rumour", owner=ORGANIZATION)
    gone, withheld, locked = (told(house, f"Fact {number}") for number in range(3))
    with house.inside():
        forget(gone)
        Memory.objects.filter(pk=withheld.pk).update(state=MemoryState.WITHHELD)
        Memory.objects.filter(pk=locked.pk).update(is_locked=True)
        for row in (doubtful, gone, withheld, locked):
            with pytest.raises(InvalidInput):
                inject(agent, [row])
        with pytest.raises(Conflict):
            inject(agent)
        assert MEMORY not in instructions_of(agent)


def test_confirmed_preferences_go_in_and_observed_ones_do_not(house: House, agent: Agent) -> None:
    with house.inside():
        for key, value, user, is_trusted in (
            ("tone", "short", "", True),
            ("language", "Romansh", "u-1", True),
            ("colour", "green", "", False),
        ):
            row = Preference(user=user, category="style", key=key, is_trusted=is_trusted)
            row.hold(Told(value))
            row.save()
        inject(agent, with_preferences=True)
        assert "short" in instructions_of(agent)
        assert "Romansh" not in instructions_of(agent)
        preview = preview_injection(agent, with_preferences=True, user="u-1")
        assert "user u-1" in preview.block.warnings[0]
        row = inject(agent, with_preferences=True, user="u-1")
        assert (row.preferences, row.user) == (2, "u-1")
        assert "green" not in instructions_of(agent)


def test_what_belongs_to_somebody_else_is_pointed_out_before(house: House, agent: Agent) -> None:
    mine = told(house, "Private thing", owner=Owner("user", "someone"))
    with house.inside():
        (warning,) = preview_injection(agent, [mine]).block.warnings
        assert "user someone" in warning
        assert preview_injection(agent, [told(house)]).block.warnings == ()


def test_what_is_forgotten_leaves_the_agents_it_was_put_into(house: House, agent: Agent) -> None:
    before = read(house, agent)
    first, second = told(house), told(house, "We close at six.")
    with house.inside():
        inject(agent, [first, second])
        assert refresh_injections() == 0
        erase_memories([first])
        assert refresh_injections() == 1
        assert HOURS not in instructions_of(agent)
        assert "We close at six." in instructions_of(agent)
        update_memory(second, content="We close at seven.")
        assert refresh_injections() == 1
        assert "We close at seven." in instructions_of(agent)
        forget(second)
        assert refresh_injections() == 1
        assert instructions_of(agent) == before


def test_no_copy_of_it_is_kept_in_inventory_history_or_log(house: House, agent: Agent) -> None:
    row = told(house)
    with house.inside():
        inject(agent, [row])
    with house.inside("admin"):
        discover_agents(Agent.objects.get(pk=agent.pk).connection)
        found = Agent.objects.get(pk=agent.pk)
        assert HOURS not in str(found.config)
        assert "ARM:begin memory" not in str(found.config)
        assert HOURS not in str([each.changes for each in AgentChange.objects.all()])
        assert HOURS not in str([vars(each) for each in AuditEvent.objects.all()])


def test_a_gate_that_denies_reading_stops_it(house: House, agent: Agent) -> None:
    def closed(reading: Reading) -> Verdict:
        return Verdict(Effect.DENY, ("Not today.",)) if reading.how == "inject" else Verdict()

    row = told(house)
    add_gate("closed", before_read=closed)
    try:
        with house.inside(), pytest.raises(Forbidden, match="Not today"):
            inject(agent, [row])
    finally:
        remove_gate("closed")


def test_only_who_may_puts_in_and_takes_out(house: House, neighbours: House, agent: Agent) -> None:
    row = told(house)
    for role in ("developer", "member", "viewer", "auditor"):
        with house.inside(role):
            for act in (lambda: inject(agent, [row]), lambda: take_out(agent)):
                with pytest.raises(Forbidden):
                    act()
    with neighbours.inside(), pytest.raises(Forbidden):
        inject(agent, [row])


def test_an_agent_without_a_vendor_is_refused_in_words(house: House) -> None:
    row = told(house)
    with house.inside(), pytest.raises(Conflict, match="no vendor"):
        inject(registered(house), [row])


def test_over_the_api_it_is_previewed_put_in_listed_and_taken_out(
    house: House, agent: Agent
) -> None:
    api, row = house.api("admin"), told(house)
    body = {"agent": str(agent.pk), "memories": [str(row.pk)]}
    preview = api.post("/memories/inject/preview", body).json()["data"]
    assert HOURS in preview["after"]
    assert api.post("/memories/inject", {**body, "expected": "0" * 64}).status_code == 409
    made = api.post("/memories/inject", {**body, "expected": preview["expected"]})
    assert made.status_code == 201, made.content
    (listed,) = api.get("/memories/injections").json()["data"]
    assert (listed["memories"], listed["taken_out_at"]) == ([str(row.pk)], None)
    assert api.post(f"/preferences/inject/{agent.pk}", {}).status_code == 201
    latest = api.get("/memories/injections").json()["data"][0]
    out = api.post(f"/memories/injections/{latest['id']}/take-out").json()["data"]
    assert out["is_as_before"] is True
    assert house.api("member").post("/memories/inject", body).status_code == 403
