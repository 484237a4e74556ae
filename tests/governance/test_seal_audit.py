"""Every event gets one place under a seal, whatever commits when; heads leave the database."""

import json
import threading
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, close_old_connections, connection, connections, transaction

from armproject.lib import audit
from governance.actions.anchor_audit import anchor_audit
from governance.actions.erase_person import erase_person
from governance.actions.keep_anchored import keep_anchored
from governance.actions.keep_sealed import keep_sealed
from governance.anchoring import NotAnchored, read_anchor
from governance.models import (
    Alert,
    Anchor,
    AuditEvent,
    AuditHead,
    AuditLeaf,
    AuditSeal,
    UnsealedEvent,
)
from governance.signing import KeyRing, NoSigningKey, key_ring
from jobs.actions.run_job import run_job
from jobs.actions.run_schedule import run_schedule
from jobs.models import Job
from tests.cast import House, make_house
from tests.governance.sealed import (
    anchor,
    as_owner,
    at_work,
    do,
    seal,
    seal_once,
    sentences,
    verify,
)


@pytest.fixture
def anchor_file(committed: None, settings: Any, tmp_path: Path) -> Path:
    settings.ARM_ANCHOR_FILE = tmp_path / "anchor.jsonl"
    return tmp_path / "anchor.jsonl"


@pytest.fixture
def house(anchor_file: Path) -> House:
    return make_house("Acme")


def open_transaction() -> psycopg.Connection[Any]:
    """Return a connection whose transaction has written something and does not end."""
    found = psycopg.connect(
        host=connection.settings_dict["HOST"],
        port=connection.settings_dict["PORT"] or None,
        user=connection.settings_dict["USER"],
        dbname=connection.settings_dict["NAME"],
    )
    found.execute("SELECT pg_current_xact_id()")
    return found


def is_whole(house: House) -> bool:
    """Tell whether every event has one place, the places have no gaps, and seals cover them."""
    with house.inside():
        places = list(AuditLeaf.objects.order_by("seq").values_list("seq", "event_id"))
        events = set(AuditEvent.objects.values_list("pk", flat=True))
        seals = list(AuditSeal.objects.order_by("number"))
        gapless = [seq for seq, _ in places] == list(range(1, len(events) + 1))
        covered = sum(one.size for one in seals) == len(events)
        return gapless and covered and {event for _, event in places} == events


def test_each_event_is_sealed_once_in_the_order_it_came(house: House) -> None:
    do(house, "tests.one", "tests.two")
    assert seal(house) > 2
    assert seal_once(house) == 0
    do(house, "tests.three")
    assert seal(house) == 1
    assert is_whole(house)
    with house.inside():
        assert [one.number for one in AuditSeal.objects.all()] == [2, 1]
        assert not UnsealedEvent.objects.exists()


def test_what_an_open_transaction_holds_back_is_not_skipped(house: House) -> None:
    seal(house)
    slow = open_transaction()
    do(house, "tests.fast")
    assert seal_once(house) == 0
    with house.inside():
        oldest = UnsealedEvent.objects.get()
    slow.execute("SELECT set_config('arm.organization', %s, true)", [str(house.organization.pk)])
    slow.execute(
        "INSERT INTO governance_auditevent (id, organization_id, payload, mac, before, after,"
        " details, actor_kind, actor_id, actor_label, action, resource_type, resource_id,"
        " resource_label, reason, request_id, trace_id, address, user_agent)"
        " SELECT gen_random_uuid(), organization_id, payload, mac, before, after, details,"
        " actor_kind, actor_id, actor_label, 'tests.slow', '', '', '', '', '', '', '', ''"
        " FROM governance_auditevent WHERE id = %s",
        [oldest.pk],
    )
    do(house, "tests.later")
    assert seal_once(house) == 0
    slow.commit()
    slow.close()
    assert seal(house) == 3
    assert is_whole(house)


def test_a_sealer_that_stopped_catches_up_and_the_wait_is_told(house: House) -> None:
    seal(house)
    slow = open_transaction()
    do(house, "tests.waits")
    with as_owner() as owner:
        owner.execute("UPDATE governance_unsealedevent SET at = at - interval '5 minutes'")
    with at_work(house):
        assert keep_sealed() == 0
    with house.inside():
        alert = Alert.objects.unresolved().get(title="The audit log is not sealed")
        assert "has waited 3" in alert.message
    with as_owner() as owner:
        owner.execute(
            "UPDATE governance_unsealedevent SET at = at + interval '5 minutes'"
            " WHERE at < now() - interval '4 minutes'"
        )
    slow.close()
    seal(house)
    with at_work(house):
        keep_sealed()
    with house.inside():
        assert not Alert.objects.unresolved().exists()
    seal(house)
    assert is_whole(house)


def test_sealers_that_meet_do_not_get_in_each_others_way(house: House) -> None:
    do(house, *[f"tests.n{n}" for n in range(30)])
    sealed: list[int] = []

    def work() -> None:
        sealed.append(seal(house))
        close_old_connections()
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seal(house)
    assert is_whole(house)


def test_an_event_that_was_deleted_before_its_seal_keeps_its_place(
    house: House, anchor_file: Path
) -> None:
    do(house, "tests.hidden")
    with house.inside():
        hidden = AuditEvent.objects.get(action="tests.hidden").pk
    with as_owner() as owner:
        owner.execute("DELETE FROM governance_auditevent WHERE id = %s", [hidden])
    anchor()
    assert any(f"Event {hidden} was deleted before" in s for s in sentences(anchor_file))
    seal(house)
    assert any(f"Event {hidden}, number" in s for s in sentences(anchor_file))


def test_a_person_who_was_erased_breaks_no_seal(house: House, anchor_file: Path) -> None:
    with house.inside("admin"):
        audit.record("tests.by_somebody")
    seal(house)
    anchor()
    email = house.admin.email
    with house.inside():
        erase_person(email, confirmed=email)
    seal(house)
    anchor()
    assert sentences(anchor_file) == []
    with house.inside():
        event = AuditEvent.objects.get(action="tests.by_somebody")
    assert event.actor_label == "erased person"
    with as_owner() as owner:
        owner.execute(
            "UPDATE governance_auditevent SET actor_label = 'Somebody' WHERE id = %s", [event.pk]
        )
    assert any(f"Event {event.pk}" in sentence for sentence in sentences(anchor_file))


def test_silence_is_sealed_once_an_hour(house: House) -> None:
    seal(house)
    seal_once(house)
    with house.inside():
        assert AuditSeal.objects.count() == 1
    with as_owner() as owner:
        owner.execute(
            "UPDATE governance_auditseal SET sealed_at = sealed_at - interval '61 minutes'"
        )
    seal(house)
    with house.inside():
        newest = AuditSeal.objects.newest()
        assert newest is not None
        assert (newest.number, newest.size) == (2, 0)


@pytest.mark.parametrize("table", ["governance_auditseal", "governance_auditleaf"])
def test_the_application_cannot_change_what_is_sealed(house: House, table: str) -> None:
    seal(house)
    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET organization_id = NULL"):
        with (
            house.inside(),
            pytest.raises(DatabaseError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_the_queue_is_read_by_its_index(house: House) -> None:
    with as_owner() as owner:
        owner.execute(
            "INSERT INTO governance_unsealedevent (event_id, at, organization_id)"
            " SELECT gen_random_uuid(), now(), gen_random_uuid() FROM generate_series(1, 20000)"
        )
        owner.execute("ANALYZE governance_unsealedevent")
        plan = owner.execute(
            "EXPLAIN SELECT event_id FROM governance_unsealedevent WHERE organization_id = %s"
            " AND xid < pg_snapshot_xmin(pg_current_snapshot())"
            " ORDER BY organization_id, xid, event_id LIMIT 10000",
            [house.organization.pk],
        ).fetchall()
    assert "audit_unsealed_oldest" in str(plan)
    assert "Seq Scan" not in str(plan)


def test_heads_follow_each_other_in_the_anchor(house: House, anchor_file: Path) -> None:
    neighbours = make_house("Globex")
    for one in (house, neighbours):
        seal(one)
    assert anchor() == 1
    assert anchor() == 0
    do(house, "tests.more")
    seal(house)
    assert anchor() == 1
    found = read_anchor(anchor_file, key_ring().public_keys)
    assert found is not None
    assert (found.heads, found.troubles) == (2, [])
    assert found.newest(house.organization.pk) == 2
    assert found.newest(neighbours.organization.pk) == 1
    assert Anchor.objects.get().number == 2
    assert AuditHead.objects.exclude(standing={}).count() == 1
    assert all(one.verdict.is_sound for one in verify(anchor_file).values())


def test_an_anchor_that_was_tampered_with_is_told(house: House, anchor_file: Path) -> None:
    for turn in ("tests.one", "tests.two", "tests.three"):
        do(house, turn)
        seal(house)
        anchor()
    lines = [json.loads(line) for line in anchor_file.read_text().splitlines() if line]

    def told(entries: list[Any]) -> str:
        changed = anchor_file.with_name("changed.jsonl")
        changed.write_text("\n".join(map(json.dumps, entries)))
        found = read_anchor(changed, key_ring().public_keys)
        return " ".join(found.troubles) if found else ""

    assert told(lines) == ""
    assert "does not follow" in told([lines[0], lines[2]])
    assert "does not carry a signature" in told([{**lines[0], "size": 9}])
    assert "lists other seals" in told([{**lines[0], "organizations": {}}])


def test_a_file_that_a_crash_cut_off_is_mended_by_the_next_head(
    house: House, anchor_file: Path
) -> None:
    seal(house)
    anchor()
    with anchor_file.open("a") as file:
        file.write('{"format":"arm-head-1","num')
    do(house, "tests.more")
    seal(house)
    assert anchor() == 1
    assert sentences(anchor_file) == []


def test_an_anchor_that_knows_more_than_the_database_is_told_by_itself(house: House) -> None:
    seal(house)
    anchor()
    with as_owner() as owner:
        owner.execute("DELETE FROM governance_auditseal")
        owner.execute("DELETE FROM governance_auditleaf")
    with at_work(house):
        with pytest.raises(NotAnchored, match="lost seals"):
            anchor_audit(at_once=True)
        with as_owner() as owner:
            owner.execute("DELETE FROM governance_audithead")
        with pytest.raises(NotAnchored, match="the database lacks"):
            keep_anchored(last_attempt=False)
        assert keep_anchored(last_attempt=True) == 0
    with house.inside():
        assert Alert.objects.unresolved().get().severity == "critical"


def test_a_place_that_refuses_is_told_and_served_when_it_is_back(
    house: House, anchor_file: Path, settings: Any
) -> None:
    seal(house)
    settings.ARM_ANCHOR_FILE = anchor_file / "below" / "a-file"
    anchor_file.write_text("")
    with at_work(house), pytest.raises(NotAnchored, match="cannot be written"):
        keep_anchored(last_attempt=False)
    with house.inside():
        assert Alert.objects.unresolved().get().title.endswith("are not anchored")
    settings.ARM_ANCHOR_FILE = anchor_file
    with at_work(house):
        assert keep_anchored(last_attempt=False) == 1
    with house.inside():
        assert not Alert.objects.unresolved().exists()


def test_the_clock_seals_anchors_and_verifies(house: House, anchor_file: Path) -> None:
    for kind in ("governance.seal", "governance.anchor", "governance.verify"):
        assert run_schedule(kind) == 1
        with house.inside():
            job = Job.objects.get(kind=kind)
        assert run_job(job.pk, house.organization.pk)
    assert anchor_file.exists()


def test_the_commands_seal_anchor_verify_and_tell(
    house: House, anchor_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seal(house)
    call_command("seal_audit", anchor=True)
    call_command("verify_audit", organization="acme")
    assert "acme: sound" in capsys.readouterr().out
    call_command("audit_status")
    told = capsys.readouterr().out
    assert "acme: seal 1" in told
    assert "anchor file: head 1" in told
    with pytest.raises(CommandError, match="nobody"):
        call_command("verify_audit", organization="nobody")
    with as_owner() as owner:
        owner.execute("UPDATE governance_auditevent SET payload = payload || ' '")
    with pytest.raises(CommandError, match="acme"):
        call_command("verify_audit")


def test_a_key_ring_is_read_strictly_and_never_shown() -> None:
    seed = "c2VlZCBvZiB0aGlydHktdHdvIGJ5dGVzISEhISEhISE="
    ring = KeyRing(f"a1:{seed}")
    assert ring.key_id == "a1"
    assert seed not in repr(ring)
    for text in ("", "a1", "a1:xx", f"a 1:{seed}", f"a1:{seed},a1:{seed}"):
        with pytest.raises(NoSigningKey):
            KeyRing(text)
