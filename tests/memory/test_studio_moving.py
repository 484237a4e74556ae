"""The Studio leads files out and in, memories into agents, and to services outside."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from agents.models import Agent
from connectors.simulator import Simulator
from memory.actions.carry_out_import import carry_out_import
from memory.models import ExternalStore, ImportState, Injection, Memory, MemoryImport
from memory.owners import ORGANIZATION
from tests.agents.estate import agents, allow, connect, discover
from tests.cast import House
from tests.memory.kept import TEA, kept
from tests.memory.outside_service import KEY, Outside, outside_service

BRING, EXPORT = "/studio/memory/memoryimport/bring/", "/studio/memory/memoryimport/export/"
PUT_IN, STORES = "/studio/memory/injection/put-in/", "/studio/memory/externalstore/"
MEM0 = {"results": [{"memory": "Likes hiking", "user_id": "alex"}, {"memory": ""}]}


def sent(browser: Client, path: str, **told: Any) -> Any:
    return browser.post(path, told, follow=True)


def uploaded(document: Any) -> SimpleUploadedFile:
    return SimpleUploadedFile("mem0.json", json.dumps(document).encode(), "application/json")


def test_a_file_is_looked_at_imported_and_undone(house: House) -> None:
    browser = house.browser("admin")
    shown = sent(browser, BRING, file=uploaded(MEM0), owner_type="organization")
    text = shown.content.decode()
    assert "What would happen" in text
    assert "Import 1 memory" in text
    assert "It has no text under `memory`." in text
    with house.inside():
        row = MemoryImport.objects.get()
        assert (row.name, Memory.objects.count()) == ("mem0.json", 0)
    page = f"/studio/memory/memoryimport/{row.pk}/change/"
    assert "being imported" in sent(browser, page, do="start").content.decode()
    with house.inside("admin"):
        carry_out_import(row.pk)
        assert Memory.objects.count() == 1
    assert "What happened" in browser.get(page).content.decode()
    assert "1 erased" in sent(browser, page, do="undo").content.decode()
    with house.inside():
        assert Memory.objects.count() == 0
        assert MemoryImport.objects.get().state == ImportState.UNDONE


def test_what_is_no_file_is_told_beside_the_field(house: House) -> None:
    browser = house.browser("admin")
    shown = sent(browser, BRING, file=uploaded({"a": 1}), owner_type="organization")
    assert "does not know this kind of file" in shown.content.decode()
    broken = SimpleUploadedFile("x.json", b"{", "application/json")
    assert "Nothing was saved" in sent(browser, BRING, file=broken).content.decode()


def test_memories_are_downloaded(house: House) -> None:
    kept(house)
    answer = house.browser("admin").post(EXPORT, {"format": "arm"})
    document = json.loads(b"".join(answer))  # type: ignore[arg-type]
    assert [each["content"] for each in document["contexts"]] == [TEA]
    assert house.browser("developer").post(EXPORT, {"format": "arm"}).status_code == 403
    assert house.browser("developer").get(BRING).status_code == 403


@pytest.fixture
def agent(house: House) -> Iterator[Agent]:
    with Simulator(7, 3) as vendor:
        allow(house, vendor)
        discover(house, connect(house, vendor))
        yield agents(house)[0]


def test_memories_are_previewed_put_in_and_taken_out(house: House, agent: Agent) -> None:
    row = kept(house, "We open at nine.", owner=ORGANIZATION, is_trusted=True)
    browser = house.browser("admin")
    assert "Look at it first" in browser.get(PUT_IN).content.decode()
    told = {"agent": str(agent.pk), "memories": [str(row.pk)]}
    seen = sent(browser, PUT_IN, **told, look="1")
    assert "We open at nine." in seen.content.decode()
    expected = seen.context["preview"].expected
    done = sent(browser, PUT_IN, **told, expected=expected, put="1").content.decode()
    assert "They stand in the instructions" in done
    with house.inside():
        injection = Injection.objects.get()
    path = f"/studio/memory/injection/{injection.pk}/take-out-one"
    found = [each for each in ("take_out_one", "take-out-one") if each in done]
    assert found, path
    assert "No agent has this name" in sent(browser, PUT_IN, agent="Nobody").content.decode()
    assert house.browser("member").get(PUT_IN).status_code == 403


@pytest.fixture
def outside(house: House) -> Iterator[Outside]:
    with outside_service() as service:
        house.open_hosts(service.host)
        yield service


def test_a_memory_service_is_added_changed_and_removed(house: House, outside: Outside) -> None:
    browser = house.browser("admin")
    told = {"name": "Brain", "address": outside.url, "key": KEY}
    shown = sent(browser, f"{STORES}add/", **told).content.decode()
    assert "Brain" in shown
    assert KEY not in shown
    with house.inside():
        store = ExternalStore.objects.get()
    page = f"{STORES}{store.pk}/change/"
    assert KEY not in browser.get(page).content.decode()
    sent(browser, page, name="Mind", is_on="")
    with house.inside():
        store.refresh_from_db()
        assert (store.name, store.subscription.state) == ("Mind", "off")
    sent(browser, f"{STORES}{store.pk}/delete/", post="yes")
    with house.inside():
        assert not ExternalStore.objects.exists()
