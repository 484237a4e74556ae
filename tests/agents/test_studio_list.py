"""The inventory in the Studio: what it shows, how it is narrowed down, and what it costs."""

from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agents.models import Agent
from connectors.models import Connection
from governance.models import AuditEvent
from jobs.models import Job
from tests.agents.estate import discover, registered
from tests.cast import House

LIST = "/studio/agents/agent/"
QUERIES = 10


def text(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return unescape(answer.content.decode())


def names(answer: Any) -> list[str]:
    """Return the names of the listed agents, in their order."""
    assert answer.status_code == 200, answer.status_code
    return [row.name for row in answer.context["cl"].result_list]


def post(browser: Any, path: str, **fields: Any) -> Any:
    return browser.post(path, {"csrfmiddlewaretoken": "x", **fields}, follow=True)


def cost(browser: Any, path: str) -> int:
    """Return how many questions to the database a page takes, without what frames them."""
    with CaptureQueriesContext(database) as asked:
        text(browser.get(path))
    frames = ("SAVEPOINT", "RELEASE", "SELECT set_config")
    return sum(not query["sql"].startswith(frames) for query in asked.captured_queries)


def keep(house: House, agent: Agent, **changes: Any) -> None:
    with house.inside():
        Agent.objects.filter(pk=agent.pk).update(**changes)


def test_an_empty_inventory_says_what_to_do_next(house: House) -> None:
    page = text(house.browser("admin").get(LIST))
    assert "No agents yet" in page
    assert "/studio/connectors/connection/connect/" in page
    assert "Register an agent by hand" in page
    viewer = text(house.browser("viewer").get(LIST))
    assert "Ask an admin" in viewer
    assert "Register" not in viewer


def test_a_connected_but_empty_inventory_offers_to_look_now(
    house: House, openai: Connection
) -> None:
    assert "Discover now" in text(house.browser("developer").get(LIST))
    assert "Discover now" not in text(house.browser("member").get(LIST))


def test_the_list_shows_agents_and_counts_them_by_vendor(house: House, openai: Connection) -> None:
    discover(house, openai)
    registered(house, "<b>Night</b> watch", vendor="google", vendor_agent_id="g-1", model="own-1")
    answer = house.browser("viewer").get(LIST)
    listed, page = names(answer), text(answer)
    assert "<b>Night</b> watch" in listed
    assert "<b>Night" not in answer.content.decode()
    assert "g-1" in page
    assert "own-1" in page
    counts = {tab["label"]: tab["count"] for tab in answer.context["tabs"]}
    assert counts == {"All": len(listed), "OpenAI": len(listed) - 1, "Google": 1}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"vendor": "google"}, ["Ann"]),
        ({"vendor": "openai"}, []),
        ({"health": "down"}, ["Ben"]),
        ({"status": "paused"}, ["Cleo"]),
        ({"type": "chat"}, ["Ann"]),
        ({"environment": "staging"}, ["Ben"]),
        ({"environment": "none"}, ["Cleo", "Ann"]),
        ({"owner": "none"}, ["Cleo", "Ben"]),
        ({"connection__id__exact": "none"}, ["Cleo", "Ben", "Ann"]),
        ({"presence": "vanished"}, ["Dora"]),
        ({"q": "ann"}, ["Ann"]),
        ({"q": "id-cl"}, ["Cleo"]),
        ({"q": "b", "health": "down"}, ["Ben"]),
        ({"q": "%"}, []),
    ],
)
def test_the_list_is_narrowed_down_and_searched(
    house: House, query: dict[str, str], found: list[str]
) -> None:
    registered(house, "Ann", vendor="google", agent_type="chat", owner=house.viewer)
    ben = registered(house, "Ben", environment="staging")
    cleo = registered(house, "Cleo", vendor_agent_id="id-cleo")
    dora = registered(house, "Dora")
    keep(house, ben, health="down", health_score=20)
    keep(house, cleo, status="paused")
    keep(house, dora, vanished_at=timezone.now())
    assert names(house.browser("viewer").get(LIST, query)) == found


@pytest.mark.parametrize(
    ("order", "found"),
    [
        ("1", ["Ann", "Ben", "Cleo"]),
        ("-1", ["Cleo", "Ben", "Ann"]),
        ("2", ["Ann", "Ben", "Cleo"]),
        ("-2", ["Cleo", "Ben", "Ann"]),
        ("8", ["Ben", "Cleo", "Ann"]),
        ("-8", ["Ann", "Cleo", "Ben"]),
    ],
)
def test_the_list_is_sorted_by_name_health_and_activity(
    house: House, order: str, found: list[str]
) -> None:
    ann, _, cleo = (registered(house, name) for name in ("Ann", "Ben", "Cleo"))
    keep(house, ann, last_active_at=timezone.now())
    keep(house, cleo, health="down", health_score=20)
    assert names(house.browser("admin").get(LIST, {"o": order})) == found


def test_the_list_is_narrowed_to_an_owner_and_a_connection(
    house: House, openai: Connection
) -> None:
    discover(house, openai)
    registered(house, "Mine", owner=house.member)
    browser = house.browser("viewer")
    assert names(browser.get(LIST, {"owner": house.member.pk})) == ["Mine"]
    assert "Mine" not in names(browser.get(LIST, {"connection__id__exact": openai.pk}))
    assert names(browser.get(LIST, {"connection__id__exact": openai.pk}))


def test_the_filters_in_force_are_named_and_taken_back(house: House) -> None:
    registered(house, "Mine", owner=house.member)
    answer = house.browser("viewer").get(
        LIST, {"owner": house.member.pk, "health": "unknown", "p": "1"}
    )
    chosen = {each["title"]: each for each in answer.context["cl"].chosen()}
    assert (chosen["owner"]["value"], chosen["health"]["value"]) == (house.member.name, "Unknown")
    assert chosen["owner"]["url"] == "?health=unknown"
    assert f"Owner: <b>{house.member.name}</b>" in text(answer)


def test_no_other_column_is_asked_for(house: House) -> None:
    registered(house)
    browser = house.browser("viewer")
    for query in ("last_error__contains=a", "metadata__secret=1", "owner__password__startswith=m"):
        answer = browser.get(f"{LIST}?{query}")
        assert (answer.status_code, answer.headers.get("Location")) == (302, LIST), query


def test_foreign_agents_people_and_connections_are_like_those_of_nothing(
    house: House, neighbours: House
) -> None:
    registered(house, "Ours")
    theirs = registered(neighbours, "Theirs", owner=neighbours.viewer)
    browser = house.browser("owner")
    page = text(browser.get(LIST))
    assert "Theirs" not in page
    assert neighbours.viewer.name not in page
    for owner in (neighbours.viewer.pk, uuid4()):
        assert names(browser.get(LIST, {"owner": owner})) == []
    assert names(browser.get(LIST, {"q": "Theirs"})) == []
    chosen = {"action": "check_now", "_selected_action": str(theirs.pk)}
    assert "Checks under way" not in text(post(browser, LIST, **chosen))
    with neighbours.inside():
        assert not Job.objects.filter(kind="agents.check").exists()


def test_the_list_costs_few_queries_however_long_it_is(house: House) -> None:
    browser = house.browser("owner")
    browser.get(LIST)  # notes that the session is in use
    costs = []
    for number in (1, 25):
        for each in range(number):
            registered(house, f"Agent {number} {each}", owner=house.viewer)
        costs.append(cost(browser, LIST))
    assert costs[0] == costs[1] <= QUERIES


def test_chosen_agents_are_checked_soon(house: House) -> None:
    agent = registered(house)
    chosen = {"action": "check_now", "_selected_action": str(agent.pk)}
    assert "Checks under way: 1." in text(post(house.browser("member"), LIST, **chosen))
    with house.inside():
        assert Job.objects.get(kind="agents.check").args == {"agents": [str(agent.pk)]}


def test_chosen_agents_are_paused_and_resumed(house: House) -> None:
    agents = [registered(house, "One"), registered(house, "Two")]
    chosen = {"_selected_action": [str(agent.pk) for agent in agents]}
    asked = text(post(house.browser("admin"), LIST, action="pause", **chosen))
    assert "so ARM can do nothing at its vendor" in asked
    assert "2 of 2" in asked
    with house.inside():
        assert not Agent.objects.exclude(paused_at=None).exists()
    done = post(house.browser("admin"), LIST, action="pause", confirmed="yes", **chosen)
    assert "being stopped: 2." in text(done)
    with house.inside():
        assert not Agent.objects.filter(paused_at=None).exists()
        assert Job.objects.filter(kind="agents.pause").count() == 2
    told = text(post(house.browser("admin"), LIST, action="resume", **chosen))
    assert "Being resumed" in told
    with house.inside():
        assert Job.objects.filter(kind="agents.resume").count() == 2


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("admin", {"check_now", "pause", "resume"}),
        ("developer", {"check_now"}),
        ("member", {"check_now"}),
        ("viewer", set()),
    ],
)
def test_each_role_sees_what_it_may_do(house: House, role: str, may: set[str]) -> None:
    agent = registered(house)
    answer = house.browser(role).get(LIST)
    offered = {
        value
        for value, _ in (answer.context["action_form"].fields["action"].choices if may else ())
        if value
    }
    assert offered == may
    assert ("Register agent" in text(answer)) == (role != "viewer")
    if "pause" not in may:
        post(house.browser(role), LIST, action="pause", _selected_action=str(agent.pk))
        with house.inside():
            assert not Agent.objects.get(pk=agent.pk).is_paused


def test_an_auditor_has_no_inventory(house: House) -> None:
    assert house.browser("auditor").get(LIST).status_code == 403


def test_discovering_now_queues_every_connection(house: House, openai: Connection) -> None:
    registered(house)
    told = text(post(house.browser("developer"), f"{LIST}discover/"))
    assert "Discoveries under way: 1." in told
    with house.inside():
        assert Job.objects.get(kind="agents.discover").args == {"connection": str(openai.pk)}
    assert house.browser("member").post(f"{LIST}discover/").status_code == 403


def test_without_a_connection_there_is_nothing_to_discover(house: House) -> None:
    registered(house)
    assert "No connection lists agents" in text(post(house.browser("admin"), f"{LIST}discover/"))


def test_the_export_holds_what_the_list_shows(house: House) -> None:
    registered(house, "=cmd()", environment="staging")
    registered(house, "Elsewhere")
    browser = house.browser("viewer")
    page = browser.get(LIST, {"environment": "staging", "q": "cmd", "o": "1", "p": "1"})
    query = page.context["export_query"]
    assert f"{LIST}export.csv?{query}" in text(page)
    answer = browser.get(f"{LIST}export.csv?{query}")
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert len(lines) == 2
    assert '"\'=cmd()"' in lines[1]
    with house.inside():
        taken = AuditEvent.objects.get(action="agents.export")
        assert taken.details["filters"] == {"environment": "staging", "search": "cmd"}


def test_an_export_that_cannot_be_is_explained(house: House) -> None:
    registered(house)
    browser = house.browser("viewer")
    assert "Choose among" in text(browser.get(f"{LIST}export.csv?vendor=nobody", follow=True))
    assert house.browser("auditor").get(f"{LIST}export.csv").status_code == 403


@pytest.mark.parametrize(
    "asked", [{"foo": "1"}, {"health": "banana"}, {"vendor": "nobody"}, {"owner": "me"}]
)
def test_what_the_list_does_not_know_is_left_out_and_told(
    house: House, asked: dict[str, str]
) -> None:
    registered(house, "Cleo")
    answer = house.browser().get(LIST, {**asked, "status": "active"}, follow=True)
    assert answer.redirect_chain == [(f"{LIST}?status=active", 302)]
    told = text(answer)
    ((name, value),) = asked.items()
    assert f"does not know {name}={value}, so it was left out" in told
    assert "Agents | ARM" in " ".join(told.split())
    assert names(answer) == ["Cleo"]
