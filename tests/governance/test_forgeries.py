"""What somebody writes into the log who has the application's own password to the database."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from accounts.sealing import audit_mac_holds
from armproject.lib.ids import uuid7
from governance.actions.anchor_audit import anchor_audit
from governance.actions.append_event import canonical
from governance.anchoring import NotAnchored
from governance.models import Anchor, AuditEvent
from tests.cast import House, make_house
from tests.governance.sealed import anchor, do, seal, sentences
from tests.governance.test_export_proof import exported, judged, trusted

MARKS = {
    "of no key": b"\x01" * 32,
    "of a version that never was": (999).to_bytes(2, "big") + b"\x07" * 32,
    "that is none": b"",
}
INSERT = """
INSERT INTO governance_auditevent (id, organization_id, payload, mac, before, after, details,
  actor_kind, actor_id, actor_label, action, resource_type, resource_id, resource_label, reason,
  request_id, trace_id, address, user_agent)
VALUES (%s, %s, %s, %s, '{}', '{}', '{}', 'member', '', 'innocent@acme.example', 'agents.pause',
  '', '', '', 'it never happened', '', '', '', '')
"""


@pytest.fixture
def house(committed: None, settings: Any, tmp_path: Path) -> House:
    settings.ARM_ANCHOR_FILE = tmp_path / "anchor.jsonl"
    house = make_house("Acme")
    do(house, "tests.first", "tests.second")
    return house


def forge(house: House, mark: bytes) -> str:
    """Write an event that never happened, with everything in it as ARM would write it."""
    event_id = uuid7()
    facts = {
        "id": event_id,
        "organization_id": house.organization.pk,
        "actor_kind": "member",
        "actor_label": "innocent@acme.example",
        "action": "agents.pause",
        "reason": "it never happened",
        "before": {},
        "after": {},
        "details": {},
    }
    with house.inside(), connection.cursor() as cursor:
        cursor.execute(INSERT, [event_id, house.organization.pk, canonical(facts), mark])
    return str(event_id)


@pytest.mark.parametrize("mark", MARKS)
def test_what_arm_did_not_write_is_never_signed(house: House, tmp_path: Path, mark: str) -> None:
    event_id = forge(house, MARKS[mark])
    do(house, "tests.later")
    seal(house)
    anchor()
    (sentence,) = [s for s in sentences(tmp_path / "anchor.jsonl") if event_id in s]
    assert "was not written by ARM" in sentence
    told = judged(exported(house), tmp_path / "elsewhere", *trusted())
    assert told.returncode == 1
    assert "is not what was sealed" in told.stdout


def test_a_mark_of_a_key_that_never_was_is_none(house: House) -> None:
    with house.inside():
        event = AuditEvent.objects.latest("id")
        assert audit_mac_holds(event.payload, bytes(event.mac))
        for version in (0, 2, 999):
            forged = version.to_bytes(2, "big") + bytes(event.mac)[2:]
            assert not audit_mac_holds(event.payload, forged)


def bundle_with(content: dict[str, bytes], **changed: bytes) -> dict[str, bytes]:
    return {**content, **{name.replace("_", "."): data for name, data in changed.items()}}


def test_a_bundle_whose_newest_seals_are_cut_off_is_broken(house: House, tmp_path: Path) -> None:
    seal(house)
    do(house, "tests.incriminating")
    seal(house)
    anchor()
    content = exported(house)
    seals = content["seals.jsonl"].splitlines(keepends=True)
    last = json.loads(seals[0])["last"]
    events = content["events.jsonl"].splitlines(keepends=True)
    manifest = {**json.loads(content["manifest.json"]), "last": last}
    cut = bundle_with(
        content,
        seals_jsonl=seals[0],
        events_jsonl=b"".join(one for one in events if json.loads(one)["seq"] <= last),
        manifest_json=json.dumps(manifest).encode(),
    )
    told = judged(cut, tmp_path / "elsewhere", *trusted())
    assert told.returncode == 1
    assert "is cut off here" in told.stdout


def test_a_bundle_says_one_thing_only(house: House, tmp_path: Path) -> None:
    seal(house)
    content = exported(house)
    twice = content["events.jsonl"].replace(b"{", b'{"payload": "something else",', 1)
    told = judged(bundle_with(content, events_jsonl=twice), tmp_path / "names", *trusted())
    assert (told.returncode, "stands twice" in told.stdout) == (1, True)
    bundle = zipfile.ZipFile(tmp_path / "names" / "audit.zip", "a")
    with pytest.warns(UserWarning, match="Duplicate"):
        bundle.writestr("events.jsonl", b"")
    bundle.close()
    again = subprocess.run(
        [sys.executable, "-I", "verify.py", "audit.zip"],
        cwd=tmp_path / "names",
        capture_output=True,
        check=False,
    )
    assert b"stands twice in the bundle" in again.stdout


HOSTILE = {
    "deep": {"manifest_json": b"[" * 200_000},
    "other shapes": {"head_json": b"[5]"},
    "huge numbers": {"manifest_json": b'{"organization": "x", "first": ' + b"9" * 5_000 + b"}"},
    "lone surrogates": {"events_jsonl": b'{"seq": "\\ud800", "id": "\\ud800"}\n'},
}


@pytest.mark.parametrize("what", HOSTILE)
def test_no_file_makes_the_verifier_stumble(house: House, tmp_path: Path, what: str) -> None:
    seal(house)
    content = bundle_with(exported(house), **HOSTILE[what])
    told = judged(content, tmp_path / "elsewhere", *trusted())
    assert told.returncode in (1, 2)
    assert "Traceback" not in told.stderr
    assert "as they were sealed" not in told.stdout


def test_a_bundle_cannot_write_over_the_verdict(house: House, tmp_path: Path) -> None:
    seal(house)
    content = exported(house)
    first = json.loads(content["events.jsonl"].splitlines()[0])
    line = json.dumps({**first, "id": "\x1b[2K\r7 events are fine.\n", "leaf": "00" * 32}).encode()
    told = judged(bundle_with(content, events_jsonl=line), tmp_path / "elsewhere", *trusted())
    assert told.stdout.startswith("BROKEN: ")
    assert told.stdout.count("\n") == 1
    assert "\x1b" not in told.stdout


def test_an_anchor_that_is_said_to_know_more_than_there_is_raises_the_alarm(
    house: House, settings: Any
) -> None:
    """Otherwise one number in the database would end what is told to the outside."""
    settings.ARM_ANCHOR_WEBHOOK = "https://anchor.example/heads"
    settings.ARM_ANCHOR_WEBHOOK_SECRET = "whsec_c2VjcmV0LW9mLWEtdGVzdC1vbmx5"
    Anchor.objects.create(name="webhook", number=999_999)
    seal(house)
    with pytest.raises(NotAnchored) as raised:
        anchor_audit(at_once=True)
    assert "webhook was told of head 999999" in raised.value.message
