"""A part of the audit log with everything that proves it, for people who have no ARM.

The bundle is a zip of text files: `events.jsonl`, each event with its path through the tree of its
seal; `seals.jsonl`, every seal from the first one needed to the newest; `head.json`, the head over
all organizations that covers a seal of these, with the path to it; `keys.json`, the public keys;
`verify.py`, which checks all of it and needs only Python and the package `cryptography`.
"""

import json
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.db import connection
from django.utils import timezone

from accounts.fence import current_organization_id, fenced
from governance import merkle
from governance.models import AuditHead, AuditLeaf, AuditSeal
from governance.reports import newest_head
from governance.signing import key_ring, moment, spelled

VERIFIER = Path(__file__).parent / "verifier" / "verify.py"
STEP = 1_000
EVENTS = """
  SELECT l.seq, l.event_id, l.at, l.hash, e.mac, e.payload
    FROM governance_auditleaf l
    LEFT JOIN LATERAL (SELECT x.mac, x.payload FROM governance_auditevent x
                        WHERE x.id = l.event_id AND x.at = l.at
                          AND x.organization_id = l.organization_id LIMIT 1) e ON true
   WHERE l.organization_id = %s AND l.seq >= %s AND l.seq <= %s ORDER BY l.seq
"""


def bounds(since: datetime | None, until: datetime | None) -> tuple[int, int]:
    """Return the first and last sequence number of what is sealed within since ≤ at < until.

    Events are numbered as they were sealed, so the span may hold a few that are just outside it.
    """
    leaves = AuditLeaf.objects.all()
    if since is not None:
        leaves = leaves.filter(at__gte=since)
    if until is not None:
        leaves = leaves.filter(at__lt=until)
    first = leaves.order_by("seq").values_list("seq", flat=True).first()
    last = leaves.order_by("-seq").values_list("seq", flat=True).first()
    return (first, last) if first and last else (1, 0)


def write(file: IO[bytes], first: int, last: int) -> None:
    """Write the bundle of the events with these sequence numbers; memory holds one seal of them."""
    with fenced():
        covering = AuditSeal.objects.over(first) if first <= last else None
        newest = AuditSeal.objects.newest()
    start = covering.number if covering else newest.number if newest else 1
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.write(VERIFIER, "verify.py")
        bundle.writestr("keys.json", _text(key_ring().public_keys))
        bundle.writestr("head.json", _text(_head_facts()))
        with bundle.open("seals.jsonl", "w") as seals:
            for seal in _seals(start):
                seals.write(spelled(_seal_facts(seal)) + b"\n")
        with bundle.open("events.jsonl", "w", force_zip64=True) as events:
            for seal in _seals(start):
                if seal.size and seal.first_seq <= last:
                    events.writelines(_lines(seal, first, last))
        facts = {
            "format": "arm-audit-bundle-1",
            "organization": str(current_organization_id()),
            "first": first,
            "last": last,
            "exported_at": moment(timezone.now()),
        }
        bundle.writestr("manifest.json", _text(facts))


def _seals(number: int) -> Iterator[AuditSeal]:
    while True:
        with fenced():
            page = list(AuditSeal.objects.filter(number__gte=number).order_by("number")[:STEP])
        yield from page
        if len(page) < STEP:
            return
        number = page[-1].number + 1


def _seal_facts(seal: AuditSeal) -> dict[str, Any]:
    return {**seal.facts, "key_id": seal.key_id, "signature": bytes(seal.signature).hex()}


def _lines(seal: AuditSeal, first: int, last: int) -> Iterator[bytes]:
    """Yield the seal's events that are asked for, each with its path."""
    with fenced(), connection.cursor() as cursor:
        cursor.execute(EVENTS, [current_organization_id(), seal.first_seq, seal.last_seq])
        rows = cursor.fetchall()
    paths = merkle.paths([bytes(row[3]) for row in rows])
    for (seq, event_id, at, leaf, mac, payload), path in zip(rows, paths, strict=True):
        if first <= seq <= last:
            line = {
                "seq": seq,
                "id": str(event_id),
                "at": moment(at),
                "seal": seal.number,
                "leaf": bytes(leaf).hex(),
                "path": [one.hex() for one in path],
                "mac": None if mac is None else bytes(mac).hex(),
                "payload": payload,
            }
            yield spelled(line) + b"\n"


def _head_facts() -> dict[str, Any] | None:
    """Return the newest head and the path to this organization's seal in it, if it has one."""
    with fenced():
        head = newest_head()
    mine = str(current_organization_id())
    if head is None or mine not in head.standing:
        return None
    return {**_statement(head), **_proof(head, mine)}


def _statement(head: AuditHead) -> dict[str, Any]:
    signature = bytes(head.signature).hex()
    return {"statement": head.facts, "key_id": head.key_id, "signature": signature}


def _proof(head: AuditHead, mine: str) -> dict[str, Any]:
    organizations = sorted(head.standing)
    leaves = [
        merkle.leaf(spelled({"organization": one, "seal": head.standing[one]}))
        for one in organizations
    ]
    index = organizations.index(mine)
    path = [one.hex() for one in merkle.path(index, leaves)]
    return {"index": index, "path": path, "seal": head.standing[mine]}


def _text(facts: Any) -> str:
    return json.dumps(facts, indent=2, sort_keys=True) + "\n"
