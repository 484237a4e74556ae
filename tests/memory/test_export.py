"""Memories leave as files: complete, counted, recorded, and only for who may."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from armproject.lib.errors import Forbidden
from governance.models import AuditEvent
from governance.signing import key_ring
from memory.actions.export_memories import Selection, export_memories
from memory.actions.forget import forget
from memory.actions.update_memory import update_memory
from memory.formats import bundle
from memory.gates import Effect, Reading, Verdict, add_gate, remove_gate
from memory.learning.observing import Told
from memory.models import Memory, MemoryState, Preference
from memory.owners import Owner
from tests.cast import House
from tests.memory.files import exported
from tests.memory.kept import TEA, USER, kept


def test_a_bundle_holds_what_is_known_and_proves_that_it_is_whole(house: House) -> None:
    row = kept(house, label="Drinks", metadata={"cup": 1.5}, confidence=0.25)
    document = exported(house)
    (context,) = document["contexts"]
    assert (context["id"], context["content"], context["owner_id"]) == (str(row.pk), TEA, "u-1")
    assert document["organization_id"] == str(house.organization.pk)
    assert document["counts"] == {"contexts": 1, "preferences": 0}
    assert bundle.checksum_of(document) == document["checksum"]
    assert bundle.signer_of(document, key_ring().public_keys) == "ours"


def test_what_may_not_leave_is_left_out_and_counted(house: House) -> None:
    kept(house)
    gone, over, secret, doubtful, closed = (
        kept(house, f"Something else, number {number}") for number in range(5)
    )
    with house.inside():
        forget(gone)
        Memory.objects.filter(pk=over.pk).update(expires_at=timezone.now() - timedelta(days=1))
        Memory.objects.filter(pk=secret.pk).update(is_locked=True)
        Memory.objects.filter(pk=doubtful.pk).update(state=MemoryState.WITHHELD)
        Memory.objects.filter(pk=closed.pk).update(content_sealed=b"\x01\x00\x01" + bytes(28))
    document = exported(house)
    assert [each["content"] for each in document["contexts"]] == [TEA]
    assert document["left_out"] == {
        "withheld": 1,
        "forgotten": 1,
        "expired": 1,
        "locked": 1,
        "unreadable": 1,
    }
    assert bundle.checksum_of(document) == document["checksum"]


def test_former_versions_travel_when_asked_for(house: House) -> None:
    row = kept(house)
    with house.inside():
        update_memory(row, content="Prefers water.")
    assert "versions" not in exported(house)["contexts"][0]
    (context,) = exported(house, with_versions=True)["contexts"]
    assert [each["content"] for each in context["versions"]] == [TEA]


def test_preferences_travel_with_the_memories_of_their_user(house: House) -> None:
    kept(house)
    with house.inside():
        for user in ("u-1", "u-2"):
            preference = Preference(user=user, category="style", key="tone")
            preference.hold(Told("short", ("Keep it short.",)))
            preference.save()
    assert len(exported(house)["preferences"]) == 2
    (preference,) = exported(house, owner=USER)["preferences"]
    assert (preference["user"], preference["value"]) == ("u-1", "short")
    assert preference["examples"] == ["Keep it short."]


@pytest.mark.parametrize("kind", ["openai", "anthropic", "json"])
def test_other_houses_get_files_they_can_read(house: House, kind: str) -> None:
    kept(house)
    assert TEA in json.dumps(exported(house, kind))


def test_an_export_is_recorded_with_counts_and_without_what_was_said(house: House) -> None:
    kept(house, owner=Owner("user", "someone@else.example"))
    exported(house, owner=Owner("user", "someone@else.example"))
    with house.inside():
        event = AuditEvent.objects.get(action="memories.export")
        assert event.details["contexts"] == 1
        assert TEA not in str(event.details)
        assert "someone" not in str(event.details)
        assert Memory.objects.get().used.get().kind == "exported"


def test_only_who_may_export_exports(house: House, neighbours: House) -> None:
    kept(house)
    for role in ("developer", "member", "viewer", "auditor"):
        with house.inside(role), pytest.raises(Forbidden):
            export_memories(Selection())
    assert exported(neighbours)["contexts"] == []


def test_a_gate_that_denies_reading_stops_an_export(house: House) -> None:
    def closed(reading: Reading) -> Verdict:
        return Verdict(Effect.DENY, ("Not today.",)) if reading.how == "export" else Verdict()

    kept(house)
    add_gate("closed", before_read=closed)
    try:
        with house.inside(), pytest.raises(Forbidden, match="Not today"):
            export_memories(Selection())
    finally:
        remove_gate("closed")


def test_over_the_api_a_file_comes_back(house: House) -> None:
    kept(house)
    answer = house.api().post("/context/export", {"format": "arm", "owner_type": "user"} | ALL)
    document: Any = json.loads(b"".join(answer))
    assert answer["Cache-Control"] == "no-store"
    assert [each["content"] for each in document["contexts"]] == [TEA]
    assert house.api("viewer").post("/context/export", {}).status_code == 403
    assert house.api().post("/context/export", {"format": "xml"}).status_code == 400


ALL = {"owner_id": "u-1"}
