"""Nine ways to falsify the audit log as the owner of the database, and each one is named."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from governance import merkle
from governance.models import AuditEvent, AuditLeaf, AuditSeal
from governance.proof import leaf_of
from governance.signing import digest, spelled
from tests.cast import House, make_house
from tests.governance.sealed import anchor, as_owner, do, month, seal, sentences

LOG = "governance_auditevent"
PROOF = ("governance_auditseal", "governance_auditleaf", LOG, "governance_unsealedevent")


@pytest.fixture
def anchor_file(committed: None, settings: Any, tmp_path: Path) -> Path:
    settings.ARM_ANCHOR_FILE = tmp_path / "anchor.jsonl"
    return tmp_path / "anchor.jsonl"


@pytest.fixture
def house(anchor_file: Path) -> House:
    """A company with two seals, the first of them anchored, beside another company."""
    neighbours, house = make_house("Globex"), make_house("Acme")
    do(neighbours, "tests.elsewhere")
    do(house, "tests.one", "tests.two", "tests.three")
    seal(house)
    seal(neighbours)
    assert anchor() == 1
    do(house, "tests.four", "tests.five")
    seal(house)
    assert anchor() == 1
    assert sentences(anchor_file) == []
    return house


@pytest.fixture
def owner(house: House) -> Iterator[psycopg.Connection[Any]]:
    with as_owner() as connection:
        yield connection


def event(house: House, action: str) -> AuditEvent:
    with house.inside():
        return AuditEvent.objects.get(action=action)


def seal_over(house: House, row: AuditEvent) -> AuditSeal:
    with house.inside():
        found = AuditSeal.objects.over(AuditLeaf.objects.get(pk=row.pk).seq)
    assert found is not None
    return found


def named(found: list[str], *words: Any) -> bool:
    return any(all(str(word) in sentence for word in words) for sentence in found)


def test_an_edit(house: House, owner: Any, anchor_file: Path) -> None:
    row = event(house, "tests.two")
    owner.execute(
        f"UPDATE {LOG} SET payload = replace(payload, 'tests.two', 'tests.nix') WHERE id = %s",
        [row.pk],
    )
    assert named(sentences(anchor_file), f"Event {row.pk}", "edited")


@pytest.mark.parametrize(
    "change", ["action = 'tests.nix'", "actor_label = 'Somebody'", "after = '{}'"]
)
def test_an_edit_of_what_people_see(
    house: House, owner: Any, anchor_file: Path, change: str
) -> None:
    row = event(house, "tests.two")
    owner.execute(f"UPDATE {LOG} SET {change} WHERE id = %s", [row.pk])
    assert named(sentences(anchor_file), f"Event {row.pk}", "shows another")


def test_a_deletion(house: House, owner: Any, anchor_file: Path) -> None:
    row = event(house, "tests.two")
    owner.execute(f"DELETE FROM {LOG} WHERE id = %s", [row.pk])
    assert named(sentences(anchor_file), f"Event {row.pk}", "deleted")


def test_a_deletion_together_with_its_place(house: House, owner: Any, anchor_file: Path) -> None:
    row = event(house, "tests.two")
    number = seal_over(house, row).number
    owner.execute(f"DELETE FROM {LOG} WHERE id = %s", [row.pk])
    owner.execute("DELETE FROM governance_auditleaf WHERE event_id = %s", [row.pk])
    assert named(sentences(anchor_file), f"Seal {number} covers")


def forge(owner: Any, row: AuditEvent, action: str) -> str:
    """Put a copy of an event into the log under another action, and return its id."""
    names = [f.column for f in AuditEvent._meta.concrete_fields if f.name not in ("id", "action")]
    columns = ", ".join(names)
    (forged,) = owner.execute(
        f"INSERT INTO {LOG} (id, action, {columns})"
        f" SELECT gen_random_uuid(), %s, {columns} FROM {LOG} WHERE id = %s RETURNING id",
        [action, row.pk],
    ).fetchone()
    return str(forged)


def test_an_insertion(house: House, owner: Any, anchor_file: Path) -> None:
    forged = forge(owner, event(house, "tests.two"), "tests.forged")
    assert named(sentences(anchor_file), f"Event {forged}", "never appended")


def test_an_insertion_that_is_sealed_like_the_others(
    house: House, owner: Any, anchor_file: Path
) -> None:
    forged = forge(owner, event(house, "tests.two"), "tests.forged")
    owner.execute(
        "INSERT INTO governance_unsealedevent (event_id, at, organization_id)"
        f" SELECT id, at, organization_id FROM {LOG} WHERE id = %s",
        [forged],
    )
    assert seal(house) == 1
    assert named(sentences(anchor_file), f"Event {forged}", "another event's id")


def test_a_swap(house: House, owner: Any, anchor_file: Path) -> None:
    one, two = event(house, "tests.one"), event(house, "tests.two")
    number = seal_over(house, one).number
    with house.inside():
        places = {row: AuditLeaf.objects.get(pk=row.pk).seq for row in (one, two)}
    for row, seq in ((one, -1), (two, places[one]), (one, places[two])):
        owner.execute("UPDATE governance_auditleaf SET seq = %s WHERE event_id = %s", [seq, row.pk])
    assert named(sentences(anchor_file), f"seal {number} are not the sealed ones")


def test_sealing_again_with_the_database_but_without_the_key(
    house: House, owner: Any, anchor_file: Path
) -> None:
    row = event(house, "tests.five")
    changed = seal_over(house, row)
    payload = row.payload.replace("tests.five", "tests.nix")
    leaf = leaf_of(row.at, bytes(row.mac), payload)
    owner.execute(
        f"UPDATE {LOG} SET payload = %s, action = 'tests.nix' WHERE id = %s", [payload, row.pk]
    )
    owner.execute("UPDATE governance_auditleaf SET hash = %s WHERE event_id = %s", [leaf, row.pk])
    with house.inside():
        leaves = AuditLeaf.objects.filter(seq__gte=changed.first_seq, seq__lte=changed.last_seq)
        changed.root = merkle.root([bytes(one.hash) for one in leaves.order_by("seq")])
    thief = Ed25519PrivateKey.from_private_bytes(base64.b64decode(b"t" * 43 + b"="))
    owner.execute(
        "UPDATE governance_auditseal SET root = %s, hash = %s, signature = %s WHERE id = %s",
        [changed.root, digest(changed.facts), thief.sign(spelled(changed.facts)), changed.pk],
    )
    found = sentences(anchor_file)
    assert named(found, f"Seal {changed.number} is not signed")
    assert named(found, f"Seal {changed.number} is not the one that was anchored")


def test_a_tail_that_was_cut_off(house: House, owner: Any, anchor_file: Path) -> None:
    last = seal_over(house, event(house, "tests.five"))
    for table, column in (("auditseal", "first_seq"), ("auditleaf", "seq")):
        owner.execute(
            f"DELETE FROM governance_{table} WHERE organization_id = %s AND {column} >= %s",
            [house.organization.pk, last.first_seq],
        )
    owner.execute(f"DELETE FROM {LOG} WHERE action IN ('tests.four', 'tests.five')")
    found = sentences(anchor_file)
    assert named(found, f"knows seal {last.number}", f"ends with seal {last.number - 1}")


def test_a_whole_organization_that_was_dropped(house: House, owner: Any, anchor_file: Path) -> None:
    for table in (*PROOF, "accounts_membership", "accounts_organizationkey"):
        owner.execute(f"DELETE FROM {table} WHERE organization_id = %s", [house.organization.pk])
    owner.execute("DELETE FROM accounts_organization WHERE id = %s", [house.organization.pk])
    assert named(sentences(anchor_file), "The whole log is gone", "2 seals")


def test_a_partition_that_was_dropped(house: House, owner: Any, anchor_file: Path) -> None:
    row = event(house, "tests.five")
    owner.execute(f"DROP TABLE {month(row.at)}")
    found = sentences(anchor_file)
    assert named(found, "Event", "was deleted from the log")
    owner.execute(
        "INSERT INTO governance_auditarchive (month, events, sha256, file_name, archived_at,"
        " signature, key_id, dropped_at) VALUES (date_trunc('month', %s::timestamptz), 1, 'x',"
        " 'x', now(), 'x', 'x', now())",
        [row.at],
    )
    assert sentences(anchor_file) == found  # a record of an archive that nobody signed


def test_a_database_that_was_put_back_to_yesterday(
    house: House, owner: Any, anchor_file: Path
) -> None:
    heads = (*PROOF, "governance_audithead", "governance_anchor")
    yesterday = {table: owner.execute(f"SELECT * FROM {table}").fetchall() for table in heads}
    do(house, "tests.today")
    seal(house)
    anchor()
    newest = seal_over(house, event(house, "tests.today")).number
    for table in heads:
        key = {"governance_audithead": "number", "governance_anchor": "name"}.get(table)
        key = key or ("id" if table in ("governance_auditseal", LOG) else "event_id")
        index = [c.name for c in owner.execute(f"SELECT * FROM {table} LIMIT 0").description]
        old = [row[index.index(key)] for row in yesterday[table]]
        owner.execute(f"DELETE FROM {table} WHERE NOT {key} = ANY(%s)", [old])
    found = sentences(anchor_file)
    assert named(found, "anchor is ahead of the database", f"seal {newest}")
