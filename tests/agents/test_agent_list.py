"""The list of agents: filters, search, order and pages, the same for programs and people."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from accounts.fence import read_fenced
from agents.models import Agent, AgentWord, VendorCount
from agents.reports.agent_list import list_agents
from agents.reports.asking import asked
from armproject.lib import context
from tests.agents.estate import registered
from tests.cast import Api, House, make_house
from tests.governance.sealed import as_owner


@pytest.fixture
def fleet(house: House) -> House:
    """Sixty agents that differ in everything a list can be asked for."""
    with house.inside("admin"):
        Agent.objects.bulk_create(
            Agent(
                vendor=("openai", "anthropic", "custom")[number % 3],
                vendor_agent_id=f"ag_{number:03}",
                name=f"{('Support', 'Sales', 'supportBot')[number % 3]} {number:02}",
                status=("active", "error")[number % 2],
                type=("chat", "custom")[number % 2],
                health=("healthy", "degraded", "down", "unknown")[number % 4],
                health_score=None if number % 4 == 3 else number,
                environment=("", "production")[number % 2],
                model=f"m{number % 5}",
                cost_center=f"CC-{number % 2}",
                owner=house.viewer if number % 10 == 0 else None,
                last_active_at=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=number)
                if number % 2
                else None,
                vanished_at=datetime(2026, 1, 1, tzinfo=UTC) if number >= 57 else None,
            )
            for number in range(60)
        )
    return house


def names(api: Api, **asked_for: Any) -> list[str]:
    response = api.get("/agents", **asked_for)
    assert response.status_code == 200, response.content
    return [row["name"] for row in response.json()["data"]]


def everything(api: Api, **asked_for: Any) -> list[dict[str, Any]]:
    """Read on by cursor to the end."""
    rows, cursor = [], None
    while True:
        place = {"cursor": cursor} if cursor else {}
        body = api.get("/agents", **asked_for, **place).json()
        rows += body["data"]
        cursor = body["meta"]["nextCursor"]
        if cursor is None:
            return rows


def test_the_newest_come_first_a_page_at_a_time(fleet: House) -> None:
    api = fleet.api("viewer")
    body = api.get("/agents").json()
    assert body["success"] is True
    assert len(body["data"]) == 20
    ids = [row["id"] for row in body["data"]]
    assert ids == sorted(ids, reverse=True)
    assert {k: v for k, v in body["meta"].items() if k != "nextCursor"} == {
        "page": 1, "perPage": 20, "total": 57, "totalIsCapped": False,
    }  # fmt: skip
    second = api.get("/agents", page=2).json()
    behind = api.get("/agents", cursor=body["meta"]["nextCursor"]).json()
    assert behind["data"] == second["data"]
    assert "total" not in behind["meta"]
    assert api.get("/agents", page=9).json()["meta"]["total"] == 57


@pytest.mark.parametrize("ordering", ["created_at", "name", "health_score", "last_active_at"])
@pytest.mark.parametrize("sign", ["", "-"])
def test_every_order_reads_each_agent_once(fleet: House, ordering: str, sign: str) -> None:
    rows = everything(fleet.api("viewer"), ordering=f"{sign}{ordering}", perPage=7)
    assert len(rows) == len({row["id"] for row in rows}) == 57
    unknown = {"health_score": -1, "last_active_at": ""}.get(ordering)
    key = "id" if ordering == "created_at" else ordering
    values = [unknown if row[key] is None else row[key] for row in rows]
    assert values == sorted(values, reverse=sign == "-")


@pytest.mark.parametrize(
    ("asked_for", "number"),
    [
        ({"vendor": "openai"}, 19),
        ({"vendor": "openai,custom"}, 38),
        ({"status": "error"}, 28),
        ({"type": "chat"}, 29),
        ({"health": "down"}, 14),
        ({"health": "down,degraded"}, 28),
        ({"environment": "production"}, 28),
        ({"environment": "none"}, 29),
        ({"model": "m1"}, 12),
        ({"cost_center": "CC-1"}, 28),
        ({"owner": "none"}, 51),
        ({"connection": "none"}, 57),
        ({"presence": "vanished"}, 3),
        ({"presence": "all"}, 60),
        ({"vendor": "openai", "health": "healthy"}, 5),
        ({"search": "support", "vendor": "openai"}, 19),
        ({"search": "supp"}, 38),
        ({"search": "bot"}, 19),
        ({"search": "SUPPORT 0"}, 7),
        ({"search": "ag_00"}, 10),
        ({"search": "ag_007"}, 1),
        ({"search": "nothing"}, 0),
        ({"search": "%"}, 0),
        ({"search": "pport"}, 0),
    ],
)
def test_filters_and_words_keep_the_right_ones(
    fleet: House, asked_for: dict[str, str], number: int
) -> None:
    body = fleet.api("viewer").get("/agents", **asked_for, perPage=100).json()
    assert len(body["data"]) == body["meta"]["total"] == number


def test_an_owner_is_a_filter_and_has_a_name(fleet: House) -> None:
    body = fleet.api().get("/agents", owner=fleet.viewer.pk).json()
    assert body["meta"]["total"] == 6
    assert {row["owner_name"] for row in body["data"]} == {fleet.viewer.name}


@pytest.mark.parametrize(
    ("asked_for", "field"),
    [
        ({"vender": "openai"}, "vender"),
        ({"vendor": "nobody"}, "vendor"),
        ({"health": "fine"}, "health"),
        ({"owner": "me"}, "owner"),
        ({"presence": "maybe"}, "presence"),
        ({"ordering": "model"}, "ordering"),
        ({"ordering": "--name"}, "ordering"),
        ({"page": "0"}, "page"),
        ({"page": "501"}, "page"),
        ({"perPage": "101"}, "perPage"),
        ({"perPage": "x"}, "perPage"),
        ({"cursor": "x"}, "cursor"),
        ({"search": "x" * 101}, "search"),
        ({"model": "a\0b"}, "model"),
    ],
)
def test_a_question_that_is_not_right_is_refused_by_name(
    house: House, asked_for: dict[str, str], field: str
) -> None:
    response = house.api("viewer").get("/agents", **asked_for)
    assert response.status_code == 400
    assert list(response.json()["error"]["details"]["fields"]) == [field]


def test_a_cursor_of_another_order_is_refused(fleet: House) -> None:
    cursor = fleet.api().get("/agents").json()["meta"]["nextCursor"]
    assert fleet.api().get("/agents", cursor=cursor, ordering="name").status_code == 400
    assert fleet.api().get("/agents", cursor=cursor, page=2).status_code == 400


def test_programs_and_people_get_the_same(fleet: House) -> None:
    thin = fleet.api("viewer").get("/agents", perPage=3).json()
    browser = fleet.browser("viewer")
    page = browser.get("/api/v1/agents", {"perPage": 3}, headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert page.context["response"].data == thin["data"]
    single = fleet.api("viewer").get(f"/agents/{thin['data'][0]['id']}").json()["data"]
    assert set(thin["data"][0]) <= set(single)
    for name, value in thin["data"][0].items():
        assert single[name] == value, name


def test_moments_are_told_in_utc(house: House) -> None:
    registered(house)
    row = house.api().get("/agents").json()["data"][0]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", row["created_at"])
    assert row["last_active_at"] is None
    assert row["confidence"] == "1.00"


def test_nobody_sees_anothers_agents(house: House, neighbours: House) -> None:
    registered(neighbours, "Theirs")
    registered(house, "Ours")
    assert names(house.api()) == ["Ours"]
    assert names(house.api(), search="theirs") == []
    assert house.api().get("/agents").json()["meta"]["total"] == 1


def test_names_hold_what_people_write(house: House) -> None:
    for name in ('Quote "x" \\ back', "Müller & Söhne <b>", "日本語 エージェント"):
        registered(house, name)
    assert set(names(house.api())) == {
        'Quote "x" \\ back', "Müller & Söhne <b>", "日本語 エージェント",
    }  # fmt: skip
    assert names(house.api(), search="müll") == ["Müller & Söhne <b>"]
    assert names(house.api(), search="日本") == ["日本語 エージェント"]


def test_words_and_counts_follow_the_agents(house: House) -> None:
    agent = registered(house, "InvoiceBot", vendor="google", vendor_agent_id="G-1")
    with house.inside("admin"):

        def words() -> set[str]:
            return set(AgentWord.objects.values_list("word", flat=True))

        assert words() == {"invoicebot", "invoice", "bot", "g-1"}
        Agent.objects.filter(pk=agent.pk).update(name="Other")
        assert words() == {"other", "g-1"}
        assert VendorCount.objects.get(vendor="google").present == 1
        Agent.objects.filter(pk=agent.pk).update(removed_at=datetime.now(UTC))
        assert VendorCount.objects.get(vendor="google").present == 0


@pytest.fixture
def crowd(committed: None) -> House:
    """So many agents, and known to be, that reading all of them would show in a plan."""
    house = make_house("Acme")
    with house.inside("admin"):
        crowd = [
            Agent(vendor="custom", vendor_agent_id=f"c{number}", name=f"Agent {number}")
            for number in range(4_000)
        ]
        Agent.objects.bulk_create(crowd, batch_size=1_000)
    with as_owner() as owner:
        owner.execute("ANALYZE agents_agent, agents_agentword")
    return house


def plan_of(house: House, statement: str, *values: Any) -> str:
    with house.inside(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {statement}", [house.organization.pk, *values])
        return "\n".join(row[0] for row in cursor.fetchall())


@pytest.mark.parametrize("ordering", ["-created_at", "name", "health_score", "-last_active_at"])
def test_a_page_starts_in_an_index_wherever_it_is(crowd: House, ordering: str) -> None:
    question = asked({"ordering": ordering})
    plan = plan_of(
        crowd,
        "SELECT a.id FROM agents_agent a WHERE a.organization_id = %s"
        " AND a.removed_at IS NULL AND a.vanished_at IS NULL"
        f" ORDER BY {question.key} {question.direction}, a.id {question.direction} LIMIT 21",
    )
    assert "Sort" not in plan, plan
    assert "Index" in plan, plan


def test_a_search_reads_the_index_of_words(crowd: House) -> None:
    """Row-level security lets only comparisons that cannot leak go ahead of it."""
    plan = plan_of(
        crowd,
        "SELECT agent_id FROM agents_agentword"
        " WHERE organization_id = %s AND word >= %s AND word < %s",
        "agent",
        "agent\U0010ffff",
    )
    assert re.search(r"Index Cond:.*word.*word", plan), plan


def test_outside_a_transaction_the_list_is_the_same_and_as_closed(committed: None) -> None:
    ours, theirs = make_house("Acme"), make_house("Globex")
    for number in range(25):
        registered(ours, f"Agent {number:02}", cost_center="it's")
    registered(theirs, "Theirs")
    api = ours.api("viewer")
    for _ in range(2):
        first = api.get("/agents", ordering="name").json()
        assert first["meta"]["total"] == 25
        following = api.get("/agents", ordering="name", cursor=first["meta"]["nextCursor"])
        shown = [row["name"] for row in first["data"] + following.json()["data"]]
        assert shown == [f"Agent {number:02}" for number in range(25)]
        assert len(names(api, cost_center="it's", vendor="custom,openai", perPage=100)) == 25
        assert names(api, search="agent 07") == ["Agent 07"]
        assert names(api, owner=ours.viewer.pk) == []
        assert names(theirs.api()) == ["Theirs"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM agents_agent")
        assert cursor.fetchone() == (0,)


def test_a_server_that_forgot_the_statement_is_asked_again(committed: None) -> None:
    house = make_house("Acme")
    registered(house, "One")
    now = None
    with house.inside("viewer") as inside:
        now = inside
    with context.use(now):
        assert list_agents({}, read_fenced).meta["total"] == 1
        with connection.cursor() as cursor:
            cursor.execute("DEALLOCATE ALL")
        assert list_agents({}, read_fenced).meta["total"] == 1
        assert list_agents({}, read_fenced).meta["total"] == 1
