"""Searching the inventory: the list of the API and that of the Studio find the same."""

import pytest

from agents.models import Agent
from agents.reports.agent_list import list_agents
from agents.reports.finding import HITS_MOST, found
from tests.cast import House

COMMON = HITS_MOST + 100


CASES = {
    "alpha beta": 1,
    "beta ALPHA both": 1,
    "alpha": COMMON + 1,
    "a": COMMON + 1,
    "b a": 1,
    "alpha nobody": 0,
    "écri GÉN": 1,
    "sales bot": 1,
    "sales-bot (V2": 1,
    "bot.v2": 1,
    "x": 1,
    "n0@EXAMPLE": 1,
    "n0@other": 0,
    "example": 0,
    "()": 0,
    "%": 0,
    "alpha 1 2 3 4 5 6 7 8 9": 0,
}


@pytest.fixture
def stock(house: House) -> House:
    """Two words that many agents have, one agent that has both, and some of their own kind."""
    names = [f"Alpha {each}" for each in range(COMMON)] + [f"Beta {each}" for each in range(COMMON)]
    others = ["Alpha Beta both", "Écriture générale", "Sales-Bot (v2)", "X ray"]
    with house.inside("admin"):
        rows = [
            Agent(vendor="custom", vendor_agent_id=f"n{number}@example.test", name=name)
            for number, name in enumerate([*names, *others])
        ]
        rows[-1].health = "down"
        Agent.objects.bulk_create(rows, batch_size=1_000)
    return house


def total(house: House, text: str, **query: str) -> int:
    """Return how many agents are found, by both ways in."""
    with house.inside():
        number = list_agents({"search": text, **query}).meta["total"]
        assert found(Agent.objects.filter(**query), text).count() == number
        return int(number)


def test_every_word_begins_one_of_the_agents(stock: House) -> None:
    assert {text: total(stock, text) for text in CASES} == CASES


def test_filters_and_searches_go_together(stock: House) -> None:
    assert total(stock, "x ray", health="down") == 1
    assert total(stock, "alpha beta", health="down") == 0
    assert total(stock, "alpha", health="unknown") == COMMON + 1


def test_pages_of_a_common_word_hold_each_agent_once(stock: House) -> None:
    query = {"search": "alpha", "ordering": "name", "perPage": "100"}
    seen, cursor = 0, None
    with stock.inside():
        while True:
            page = list_agents({**query, **({"cursor": cursor} if cursor else {})})
            seen += page.rows.count('"vendor_agent_id"')
            cursor = page.meta["nextCursor"]
            if cursor is None:
                break
    assert seen == COMMON + 1
