"""A month leaves the audit log only sealed, anchored and archived, and the proof goes on."""

import gzip
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from governance.actions.lift_audit_hold import lift_audit_hold
from governance.actions.place_audit_hold import place_audit_hold
from governance.actions.retain_audit import NotArchived, retain_audit
from governance.models import AuditArchive, AuditEvent
from tests.cast import House, make_house
from tests.governance.sealed import anchor, as_owner, do, seal, sentences

OLD = date(2026, 1, 1)


@pytest.fixture
def anchor_file(committed: None, settings: Any, tmp_path: Path) -> Path:
    settings.ARM_ANCHOR_FILE = tmp_path / "anchor.jsonl"
    settings.ARM_AUDIT_ARCHIVE = tmp_path / "archive"
    return tmp_path / "anchor.jsonl"


@pytest.fixture
def house(anchor_file: Path) -> House:
    """A company whose log so far, and its neighbour's, lies in an old month, its own unsealed."""
    house, neighbours = make_house("Acme"), make_house("Globex")
    do(house, "tests.old", "tests.older")
    do(neighbours, "tests.elsewhere")
    with as_owner() as owner:
        owner.execute(
            f"CREATE TABLE governance_auditevent_{OLD:%Y_%m} PARTITION OF governance_auditevent"
            f" FOR VALUES FROM ('{OLD}') TO ('{OLD.replace(month=OLD.month + 1)}')"
        )
        owner.execute(f"ALTER TABLE governance_auditevent_{OLD:%Y_%m} OWNER TO arm_owner")
        shift = timezone.now() - datetime(OLD.year, OLD.month, 10, tzinfo=UTC)
        for table in ("governance_auditevent", "governance_unsealedevent"):
            owner.execute(f"UPDATE {table} SET at = at - %s::interval", [shift])
    seal(neighbours)
    return house


def prove(house: House) -> None:
    seal(house)
    anchor()


def is_there() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [f"governance_auditevent_{OLD:%Y_%m}"])
        return bool(cursor.fetchone()[0])


def test_by_default_everything_is_kept(house: House) -> None:
    prove(house)
    assert retain_audit() == []
    assert is_there()


def test_a_proved_month_leaves_for_the_archive_and_verification_covers_the_gap(
    house: House, anchor_file: Path, settings: Any
) -> None:
    prove(house)
    do(house, "tests.new")
    prove(house)
    assert OLD in retain_audit(2)
    assert not is_there()
    with house.inside():
        assert not AuditEvent.objects.filter(action="tests.old").exists()
        assert AuditEvent.objects.filter(action="tests.new").exists()
    archive = AuditArchive.objects.get(month=OLD)
    with gzip.open(settings.ARM_AUDIT_ARCHIVE / archive.file_name, "rt") as file:
        kept = [json.loads(json.loads(line)["payload"])["action"] for line in file]
    assert len(kept) == archive.events
    assert {"tests.old", "tests.older", "tests.elsewhere"} <= set(kept)
    assert sentences(anchor_file) == []
    assert retain_audit(2) == []


def test_a_month_that_is_not_sealed_or_not_anchored_stays(house: House) -> None:
    assert OLD not in retain_audit(2)
    seal(house)
    assert OLD not in retain_audit(2)
    assert is_there()
    anchor()
    assert OLD in retain_audit(2)


def test_a_hold_of_anybody_keeps_it(house: House) -> None:
    prove(house)
    with house.inside():
        hold = place_audit_hold("Case 12")
    assert OLD not in retain_audit(2)
    assert is_there()
    with house.inside():
        lift_audit_hold(hold)
    call_command("retain_audit", "--keep-months=2")
    assert not is_there()


def test_an_archive_that_differs_from_what_was_sealed_drops_nothing(house: House) -> None:
    prove(house)
    with as_owner() as owner:
        owner.execute(
            "UPDATE governance_auditevent SET payload = replace(payload, 'tests.old', 'tests.nix')"
        )
    with pytest.raises(NotArchived, match="not as it was sealed"):
        retain_audit(2)
    assert is_there()


@pytest.mark.parametrize("month", ["2026-01-01", "date_trunc('month', now())", "2026-01-02"])
def test_the_database_itself_refuses_what_has_no_archive(house: House, month: str) -> None:
    prove(house)
    wanted = month if "(" in month else f"'{month}'"
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SELECT arm_drop_audit_month(({wanted})::date)")
    assert is_there()
