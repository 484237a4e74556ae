"""Calls that work for files of memories, and for what is put into agents and told outside."""

from typing import Any
from uuid import uuid4

from memory.actions.remember import remember
from memory.entries import Draft
from memory.models import MemoryImport
from tests.fuzz.calls import Good, good
from tests.fuzz.estate import Estate

FILE = {"memories": ["The harbour opens at six.", "Deliveries come on Tuesdays."]}


def an_import(estate: Estate, **told: Any) -> str:
    """Have a file looked at and return the id of its import."""
    body = {"document": FILE, "dry_run": True, **told}
    answer = estate.owner.post("/context/import", body)
    return str(answer.json()["data"]["id"])


@good("POST /api/v1/context/import")
def bring(_: Estate) -> Good:
    return Good({"document": FILE, "name": "notes.json", "format": "json", "dry_run": True})


@good("GET /api/v1/context/imports/{id}")
def look(estate: Estate) -> Good:
    return Good(path={"id": an_import(estate)})


@good("POST /api/v1/context/imports/{id}/start")
def start(estate: Estate) -> Good:
    return Good(path={"id": an_import(estate)})


@good("POST /api/v1/context/imports/{id}/discard")
def discard(estate: Estate) -> Good:
    return Good(path={"id": an_import(estate)})


@good("POST /api/v1/context/imports/{id}/undo")
def undo(estate: Estate) -> Good:
    done = an_import(estate)
    with estate.house.inside():
        MemoryImport.objects.filter(pk=done).update(state="done")
    return Good(path={"id": done})


def a_memory(estate: Estate) -> str:
    """Have somebody of the organization write something down, and return its id."""
    with estate.house.inside():
        draft = Draft("The harbour opens at six.", is_trusted=True)
        return str(remember(draft).memory.pk)


def into(estate: Estate) -> dict[str, Any]:
    return {"agent": str(estate.discovered), "memories": [a_memory(estate)]}


@good("POST /api/v1/memories/inject")
def put_in(estate: Estate) -> Good:
    return Good(into(estate))


@good("POST /api/v1/memories/inject/preview")
def preview(estate: Estate) -> Good:
    return Good(into(estate))


@good("POST /api/v1/preferences/inject/{agent_id}")
def prefer(estate: Estate) -> Good:
    estate.owner.post("/memories/inject", into(estate))
    return Good({}, {"agent_id": estate.discovered})


def an_injection(estate: Estate) -> str:
    """Put a memory into an agent and return the id of what stands there."""
    answer = estate.owner.post("/memories/inject", into(estate))
    return str(answer.json()["data"]["id"])


@good("GET /api/v1/memories/injections/{id}")
def look_in(estate: Estate) -> Good:
    return Good(path={"id": an_injection(estate)})


@good("POST /api/v1/memories/injections/{id}/take-out")
def take_out(estate: Estate) -> Good:
    return Good(path={"id": an_injection(estate)})


plain_export = good("POST /api/v1/context/export")(lambda _: Good({"format": "json"}))


def a_service(estate: Estate) -> str:
    """Add a memory service and return its id."""
    answer = estate.owner.post("/memory/services", a_service_body(estate))
    return str(answer.json()["data"]["id"])


def a_service_body(estate: Estate) -> dict[str, Any]:
    return {"name": f"Brain {uuid4().hex[:6]}", "address": f"{estate.simulator.url}/", "key": "k-1"}


@good("POST /api/v1/memory/services")
def add_service(estate: Estate) -> Good:
    return Good(a_service_body(estate))


@good("GET /api/v1/memory/services/{id}")
def see_service(estate: Estate) -> Good:
    return Good(path={"id": a_service(estate)})


@good("PATCH /api/v1/memory/services/{id}")
def change_service(estate: Estate) -> Good:
    return Good({"is_on": False}, {"id": a_service(estate)})


@good("DELETE /api/v1/memory/services/{id}")
def remove_service(estate: Estate) -> Good:
    return Good(path={"id": a_service(estate)})


@good("POST /api/v1/memory/services/{id}/reconcile")
def compare_service(estate: Estate) -> Good:
    return Good(path={"id": a_service(estate)})
