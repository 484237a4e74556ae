"""Calls that work for the four stores, for preferences, and for searching and recalling."""

from functools import cache
from typing import Any
from uuid import uuid4

from memory.models import Extraction
from tests.fuzz.calls import Good, good, plain
from tests.fuzz.estate import Estate
from tests.memory.models import Endpoint, learning

STORED: dict[str, dict[str, Any]] = {
    "core": {"key": "city", "value": "Lisbon"},
    "associative": {"label": "Harbour", "content": "Opens at six."},
    "episodic": {"session_id": "s-1", "summary": "Asked where order 7 was."},
    "proactive": {"pattern_type": "habit", "description": "Orders on Mondays."},
}
LIKES = {"category": "drinks", "key": "hot", "value": "tea"}


def store(name: str, body: dict[str, Any]) -> None:
    """Note how one store is written to, and how something of it is forgotten."""
    good(f"POST /api/v1/memory/{name}")(lambda _: Good(body))

    @good(f"DELETE /api/v1/memory/{name}/{{id}}")
    def forget(estate: Estate) -> Good:
        mark = uuid4().hex[:6]
        first, value = next(iter(body.items()))
        made = estate.owner.post(f"/memory/{name}", {**body, first: f"{value}-{mark}"})
        return Good(path={"id": made.json()["data"]["id"]})


for store_name, stored in STORED.items():
    store(store_name, stored)
plain("POST /api/v1/preferences", **LIKES)
plain("POST /api/v1/memory/learning", daily_calls=10)
plain("POST /api/v1/memories/search", query="tea")


@good("GET /api/v1/context/search")
def ask(_: Estate) -> Good:
    return Good(query={"query": "tea"})


def a_preference(estate: Estate) -> str:
    """Keep a preference and return its id."""
    made = estate.owner.post("/preferences", {**LIKES, "key": uuid4().hex[:6]})
    return str(made.json()["data"]["id"])


@good("GET /api/v1/preferences/{id}")
@good("DELETE /api/v1/preferences/{id}")
def prefer(estate: Estate) -> Good:
    return Good(path={"id": a_preference(estate)})


@good("PATCH /api/v1/preferences/{id}")
def prefer_otherwise(estate: Estate) -> Good:
    return Good({"value": "coffee"}, {"id": a_preference(estate)})


@good("GET /api/v1/memory/learning/{id}")
@good("DELETE /api/v1/memory/learning/{id}")
def learn(estate: Estate) -> Good:
    made = estate.owner.post("/memory/learning", {"daily_calls": 10})
    return Good(path={"id": made.json()["data"]["id"]})


@good("GET /api/v1/memory/extractions/{id}")
def see_extraction(estate: Estate) -> Good:
    with estate.house.inside():
        row = Extraction(owner_type="user", owner_id="u-1", source_id="s-1")
        row.save(force_insert=True)
    return Good(path={"id": str(row.pk)})


@good("POST /api/v1/memories/recall/feedback")
def thank(estate: Estate) -> Good:
    made = estate.owner.post("/memories/recall", {"context_window": 5})
    return Good({"recall": made.json()["data"]["id"], "helpful": True})


plain("POST /api/v1/memory/enrich", text="Who sends invoices?", user="u-1")
plain(
    "POST /api/v1/memory/learn",
    user="u-1",
    writes=[{"store": "core", "key": "city", "content": "Porto"}],
)
plain("POST /api/v1/memory/consolidate", owner_type="user", owner_id="u-1")


@good("POST /api/v1/context/extract")
def look_through(estate: Estate) -> Good:
    learning(estate.house, model())
    return Good({"user": "u-1", "messages": [{"role": "user", "content": "I moved to Porto."}]})


@cache
def model() -> Endpoint:
    """Return a model that finds nothing worth remembering."""
    return Endpoint()
