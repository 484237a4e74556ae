"""One agent in the Studio: its page, what people change about it, and what they do with it."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from agents.actions.foresee_pull import foresee_pull
from agents.models import Agent, AgentChange, ChangeKind, HealthCheck
from connectors.base import Verb
from connectors.models import Connection
from connectors.simulator import Simulator, keys
from tests.agents.estate import (
    agents,
    allow,
    change,
    connect,
    custom,
    discover,
    fault,
    registered,
)
from tests.agents.test_studio_list import LIST, QUERIES, cost, keep, post, text
from tests.cast import House

PAGES = ("change/", "edit/", "remove/", "check/", "pause/", "resume/", "inject/", "interactions/")
BUTTONS = {
    "Check now": "agents.check",
    "pause/": "agents.pause",
    "inject/": "agents.inject",
    "interactions/": "interactions.read",
    "edit/": "agents.write",
    "remove/": "agents.write",
}


def listed(house: House, connection: Connection, via: str = "agents_api") -> Agent:
    """Return an agent that its vendor lists."""
    discover(house, connection)
    return next(agent for agent in agents(house) if agent.discovered_via == via)


def reread(house: House, agent: Agent) -> Agent:
    with house.inside():
        return Agent.objects.get(pk=agent.pk)


def page(house: House, agent: Agent, role: str = "owner") -> str:
    return text(house.browser(role).get(f"{LIST}{agent.pk}/change/"))


def test_the_page_tells_what_is_known(house: House, openai: Connection) -> None:
    agent = listed(house, openai)
    keep(house, agent, owner=house.member, environment="staging", cost_center="CC-7")
    shown = page(house, agent, "viewer")
    for word in (agent.name, agent.vendor_agent_id, agent.model, "CC-7", "Staging", "Agents API"):
        assert word in shown
    assert house.member.name in shown
    assert "certain (100 %)" in shown
    assert f"/studio/connectors/connection/{openai.pk}/change/" in shown
    assert "Found" in shown
    assert "not checked yet" in shown


def test_the_page_shows_the_score_its_parts_and_the_day(house: House, openai: Connection) -> None:
    agent = listed(house, openai)
    told = text(post(house.browser("member"), f"{LIST}{agent.pk}/check/"))
    check = _checks(house, agent)[0]
    assert f"Checked: {check.status}, {check.score} of 100." in told
    for part in check.parts:
        assert part["why"] in told
        assert f"<b>{part['points']}</b> of {part['of']}" in told
    assert f'stroke-dasharray="{check.score} 100"' in told
    assert told.count('class="ag-bar-none"') == 95
    assert f'class="ag-bar-{check.status}"' in told
    assert f"in the last 24 hours: 1 {check.status}." in told


def test_the_last_error_stands_there_verbatim(house: House) -> None:
    agent = registered(house)
    words = 'Error: <quota> of\n  "gpt" & co.'
    keep(house, agent, last_error=words, last_error_at=timezone.now())
    raw = house.browser("viewer").get(f"{LIST}{agent.pk}/change/").content.decode()
    assert "&lt;quota&gt;" in raw
    assert words in page(house, agent, "viewer")


def test_a_failing_agent_shows_what_its_vendor_said(
    house: House, openai: Connection, vendor: Simulator
) -> None:
    agent = listed(house, openai)
    change(vendor, "fail_agent", agent=agent.vendor_agent_id)
    post(house.browser("member"), f"{LIST}{agent.pk}/check/")
    agent = reread(house, agent)
    assert agent.last_error
    shown = page(house, agent)
    assert agent.last_error in shown
    assert "failed" in shown


def test_a_check_that_is_refused_is_explained(house: House, openai: Connection) -> None:
    agent = listed(house, openai)
    keep(house, agent, vanished_at=timezone.now())
    assert "nobody to ask" in text(post(house.browser("member"), f"{LIST}{agent.pk}/check/"))
    shown = page(house, agent)
    assert "no longer lists this agent since" in shown
    assert "Check now" not in shown


def test_looking_at_the_check_address_checks_nothing(house: House, openai: Connection) -> None:
    agent = listed(house, openai)
    text(house.browser("member").get(f"{LIST}{agent.pk}/check/", follow=True))
    assert _checks(house, agent) == []


@pytest.mark.parametrize("role", ["owner", "admin", "developer", "member", "viewer"])
def test_each_role_sees_its_buttons_and_no_others(house: House, role: str) -> None:
    from accounts.roles import rights_of

    agent = registered(house)
    shown, browser = page(house, agent, role), house.browser(role)
    for button, permission in BUTTONS.items():
        may = permission in rights_of(role)
        there = button if button == "Check now" else f"{LIST}{agent.pk}/{button}"
        assert (there in shown) == may, button
        path = f"{LIST}{agent.pk}/{'check/' if button == 'Check now' else button}"
        if not may:
            assert browser.get(path).status_code == 403, path
            assert browser.post(path, {"reason": "x"}).status_code == 403, path
    assert ("/studio/governance/auditevent/" in shown) == ("audit.read" in rights_of(role))


def test_an_auditor_sees_no_agent(house: House) -> None:
    agent, browser = registered(house), house.browser("auditor")
    for each in PAGES:
        assert browser.get(f"{LIST}{agent.pk}/{each}").status_code == 403, each


def test_foreign_and_unknown_ids_are_not_found(house: House, neighbours: House) -> None:
    foreign, browser = registered(neighbours), house.browser("owner")
    for key in (foreign.pk, uuid4()):
        for each in PAGES:
            assert browser.get(f"{LIST}{key}/{each}").status_code == 404, each
            assert post(browser, f"{LIST}{key}/{each}", text="x").status_code == 404, each
    assert browser.get(f"{LIST}not-an-id/change/").status_code == 404
    assert not reread(neighbours, foreign).is_paused


def test_a_removed_agent_is_not_found(house: House) -> None:
    agent, browser = registered(house), house.browser("member")
    assert "history and its costs are kept" in text(browser.get(f"{LIST}{agent.pk}/remove/"))
    reread(house, agent)
    told = text(post(browser, f"{LIST}{agent.pk}/remove/", reason="old"))
    assert "is out of the inventory" in told
    assert browser.get(f"{LIST}{agent.pk}/change/").status_code == 404


def test_pausing_asks_first_and_lists_every_lever(house: House, openai: Connection) -> None:
    agent, browser = listed(house, openai), house.browser("admin")
    asked = text(browser.get(f"{LIST}{agent.pk}/pause/"))
    with house.inside("admin"):
        foreseen = [lever.name for lever in foresee_pull(agent, Verb.PAUSE).due]
    assert "OpenAI has no pause of an agent itself." in asked
    for lever in foreseen:
        assert lever.split()[-1] in asked
    assert not reread(house, agent).is_paused
    done = text(post(browser, f"{LIST}{agent.pk}/pause/", reason="Looks odd"))
    assert "ARM's gate" in done
    assert "OpenAI has no pause of an agent itself." in done
    assert "left as it was" in done
    assert reread(house, agent).is_paused
    shown = page(house, agent, "viewer")
    assert "Looks odd" in shown
    assert "Paused" in shown
    assert f"{agent.pk}/resume/" in page(house, agent, "admin")


def test_a_key_that_pausing_would_switch_off_is_named_before_it_is(
    house: House, vendor: Simulator
) -> None:
    allow(house, vendor)
    connection = connect(house, vendor, vendor="anthropic", runtime="", admin=keys.ANTHROPIC_ADMIN)
    agent, browser = listed(house, connection, "api_key"), house.browser("admin")
    asked = text(browser.get(f"{LIST}{agent.pk}/pause/"))
    assert f"Api key {agent.vendor_agent_id}" in asked
    assert "refuses every call with it" in asked
    assert "ARM is not sure that this is an agent: possible (50 %)" in asked
    assert "no pause for an agent without deployments" not in asked
    planned = house.api("admin").get(f"/agents/{agent.pk}/pause").json()["data"]
    assert [lever["pulled"] for lever in planned["levers"]] == [True, True]
    again = house.api("admin").get(f"/agents/{agent.pk}/pause").json()["data"]
    assert [lever["pulled"] for lever in again["levers"]] == [True, True]
    fault(vendor, "500")
    assert "Its API key is made inactive" in text(browser.get(f"{LIST}{agent.pk}/pause/"))
    assert not reread(house, agent).is_paused


def test_resuming_tells_what_was_put_back(house: House, openai: Connection) -> None:
    agent, browser = listed(house, openai), house.browser("admin")
    post(browser, f"{LIST}{agent.pk}/pause/")
    asked = text(browser.get(f"{LIST}{agent.pk}/resume/"))
    for lever in reread(house, agent).pulled_levers:
        assert lever.split()[-1] in asked
    done = text(post(browser, f"{LIST}{agent.pk}/resume/", reason="It was nothing"))
    assert "is resumed" in done
    assert not reread(house, agent).is_paused
    again = text(post(browser, f"{LIST}{agent.pk}/resume/"))
    assert "not paused by ARM" in again


def test_a_vendor_that_fails_leaves_the_gate_closed(
    house: House, openai: Connection, vendor: Simulator
) -> None:
    agent = listed(house, openai)
    fault(vendor, "500")
    done = text(post(house.browser("admin"), f"{LIST}{agent.pk}/pause/"))
    assert "could not be stopped" in done
    assert reread(house, agent).is_paused


def test_an_agent_of_nobody_has_only_arms_gate(house: House) -> None:
    agent, browser = registered(house), house.browser("admin")
    assert "No connection leads to this agent" in text(browser.get(f"{LIST}{agent.pk}/pause/"))
    done = text(post(browser, f"{LIST}{agent.pk}/pause/"))
    assert "No connection leads to this agent" in done


def test_a_text_is_put_where_the_agent_reads_it_and_taken_out(
    house: House, openai: Connection, vendor: Simulator
) -> None:
    agent, browser = listed(house, openai), house.browser("admin")
    path = f"{LIST}{agent.pk}/inject/"
    assert "ARM:begin" in text(browser.get(path))
    assert "This field is required" in text(post(browser, path, text=" \r\n "))
    done = text(post(browser, path, text="Be brief.\r\nAlways."))
    assert f"ARM's text stands in the instructions of {agent.vendor_agent_id}" in done
    with house.inside():
        change = AgentChange.objects.filter(kind=ChangeKind.INSTRUCTED).latest("id")
    assert change.changes["context"][1] == "Be brief.\nAlways."
    assert "Be brief." in text(browser.get(path))
    assert "is out of the" in text(post(browser, path, take_out="yes"))
    assert "It was taken out." in text(browser.get(path))


def test_a_text_that_is_refused_stays_in_the_form(house: House, openai: Connection) -> None:
    agent, browser = listed(house, openai), house.browser("admin")
    told = text(post(browser, f"{LIST}{agent.pk}/inject/", text="Mine <!-- ARM:end -->"))
    assert "Leave out" in told
    assert "Mine <!-- ARM:end -->" in told
    own = registered(house)
    refused = text(post(browser, f"{LIST}{own.pk}/inject/", text="Hello"))
    assert "No connection leads to this agent" in refused


def test_interactions_are_read_from_the_vendor(house: House, openai: Connection) -> None:
    agent = listed(house, openai)
    shown = text(house.browser("developer").get(f"{LIST}{agent.pk}/interactions/"))
    assert "Session <code>" in shown
    assert "User" in shown
    own = registered(house)
    why = text(house.browser("developer").get(f"{LIST}{own.pk}/interactions/"))
    assert "No connection leads to this agent" in why


def test_a_vendor_that_is_away_is_told_instead_of_interactions(
    house: House, openai: Connection, vendor: Simulator
) -> None:
    agent = listed(house, openai)
    fault(vendor, "401")
    shown = text(house.browser("developer").get(f"{LIST}{agent.pk}/interactions/"))
    assert "Session <code>" not in shown
    assert 'role="alert"' in shown


def test_an_agent_is_registered_by_hand(house: House) -> None:
    browser = house.browser("member")
    assert "Register an agent" in text(browser.get(f"{LIST}add/"))
    entered = {"name": "Night watch", "vendor": "google", "type": "chat", "config": '{"a": [1]}'}
    owner = str(house.viewer.pk)
    answer = post(browser, f"{LIST}add/", vendor_agent_id="g-1", owner=owner, **entered)
    assert "Night watch is in the inventory." in text(answer)
    (agent,) = agents(house)
    assert (agent.vendor, agent.type, agent.owner_id) == ("google", "chat", house.viewer.pk)
    assert agent.config == {"a": [1]}
    again = text(post(browser, f"{LIST}add/", vendor_agent_id="g-1", **entered))
    assert "has an agent with this id already" in again.split('name="vendor_agent_id"')[1]
    assert 'value="Night watch"' in again


@pytest.mark.parametrize(
    ("entered", "problem"),
    [
        ({"name": ""}, "This field is required"),
        ({"name": "x", "vendor": "nobody"}, "Select a valid choice"),
        ({"name": "x", "config": "{"}, "Enter a valid JSON"),
        ({"name": "x", "config": "[1]"}, "Send an object"),
    ],
)
def test_what_is_not_right_stands_beside_its_field(
    house: House, entered: dict[str, str], problem: str
) -> None:
    usual = {"vendor": "custom", "type": "custom"}
    told = text(post(house.browser("member"), f"{LIST}add/", **{**usual, **entered}))
    assert "Nothing was saved." in told
    assert problem in told
    assert agents(house) == []


def test_a_foreign_person_cannot_be_the_owner(house: House, neighbours: House) -> None:
    agent, browser = registered(house), house.browser("member")
    shown = text(browser.get(f"{LIST}{agent.pk}/edit/"))
    assert neighbours.viewer.email not in shown
    told = text(_edit(browser, agent, owner=str(neighbours.viewer.pk)))
    assert "Select a valid choice" in told


def test_of_a_listed_agent_people_say_only_what_is_theirs(house: House, openai: Connection) -> None:
    agent, browser = listed(house, openai), house.browser("member")
    shown = text(browser.get(f"{LIST}{agent.pk}/edit/"))
    assert 'name="model"' not in shown
    told = post(browser, f"{LIST}{agent.pk}/edit/", environment="production", name="Mine")
    assert "is changed" in text(told)
    changed = reread(house, agent)
    assert (changed.environment, changed.name) == ("production", agent.name)


def test_saving_without_a_change_leaves_the_vendors_description_alone(
    house: House, openai: Connection
) -> None:
    agent = listed(house, openai)
    keep(house, agent, description="Two\nlines.\n")
    said = "Two\r\nlines.\r\n"
    post(house.browser("member"), f"{LIST}{agent.pk}/edit/", description=said, cost_center="7")
    changed = reread(house, agent)
    assert (changed.description, changed.description_is_ours) == ("Two\nlines.\n", False)
    assert changed.cost_center == "7"


def test_an_own_agent_is_edited_in_full(house: House) -> None:
    agent, browser = registered(house, metadata={"a": 1}), house.browser("member")
    shown = text(browser.get(f"{LIST}{agent.pk}/edit/"))
    assert '"a": 1' in shown
    _edit(browser, agent, name="Renamed", model="own-2")
    changed = reread(house, agent)
    assert (changed.name, changed.model) == ("Renamed", "own-2")
    history = page(house, agent)
    assert "Edited" in history
    assert "own-2" in history


def test_the_page_of_an_agent_that_reports_waits_for_its_heartbeat(house: House) -> None:
    custom(house)
    shown = page(house, registered(house))
    assert "until it sends a heartbeat" in shown
    assert "No check in the last 24 hours." in shown


def test_the_page_costs_few_queries_however_much_happened(house: House) -> None:
    agent, browser = registered(house, owner=house.viewer), house.browser("owner")
    browser.get(LIST)  # notes that the session is in use
    costs = []
    for number in (1, 40):
        with house.inside():
            now = timezone.now()
            HealthCheck.objects.bulk_create(
                HealthCheck(agent=agent, at=now - timedelta(minutes=each), status="healthy")
                for each in range(number)
            )
            AgentChange.objects.bulk_create(
                AgentChange(agent=agent, kind=ChangeKind.EDITED) for _ in range(number)
            )
        costs.append(cost(browser, f"{LIST}{agent.pk}/change/"))
    assert costs[0] == costs[1] <= QUERIES


def _checks(house: House, agent: Agent) -> list[HealthCheck]:
    with house.inside():
        return list(HealthCheck.objects.of(agent).order_by("-at"))


def _edit(browser: Any, agent: Agent, **changes: str) -> Any:
    entered = {"name": agent.name, "type": agent.type, "model": agent.model, **changes}
    return post(browser, f"{LIST}{agent.pk}/edit/", **entered)
