"""Seal what was appended to the audit log."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from accounts.fence import current_organization_id, fenced
from accounts.sealing import audit_mac_holds
from armproject.lib.crypto import Undecryptable
from governance import merkle
from governance.models import AuditSeal
from governance.proof import GONE, leaf_of
from governance.signing import KeyRing, digest, key_ring, spelled

BATCH = 10_000
HEARTBEAT = timedelta(hours=1)

LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended('arm-seal ' || %s, 0))"
# Only what no running transaction can still precede: whoever began earlier and commits later
# finds its events in the queue, never behind a seal.
DUE = """
  SELECT due.event_id, due.at, found.mac, found.payload
    FROM (SELECT u.event_id, u.at, u.organization_id FROM governance_unsealedevent u
           WHERE u.organization_id = %(organization)s
             AND u.xid < pg_snapshot_xmin(pg_current_snapshot())
           ORDER BY u.organization_id, u.xid, u.event_id LIMIT %(batch)s) due
    LEFT JOIN LATERAL (
      SELECT e.mac, e.payload FROM governance_auditevent e
       WHERE e.id = due.event_id AND e.at = due.at
         AND e.organization_id = due.organization_id LIMIT 1) found ON true
"""
PLACE = """
  WITH due AS (
    DELETE FROM governance_unsealedevent q WHERE q.event_id = ANY (%(due)s::uuid[])
    RETURNING q.event_id, q.at
  ), placed AS (
    INSERT INTO governance_auditleaf (event_id, at, organization_id, seq, hash)
    SELECT due.event_id, due.at, %(organization)s,
           %(last)s + row_number() OVER (ORDER BY due.at, due.event_id), judged.hash
      FROM due
      JOIN unnest(%(due)s::uuid[], %(leaves)s::bytea[]) AS judged (event_id, hash) USING (event_id)
    RETURNING seq, hash
  )
  SELECT hash FROM placed ORDER BY seq
"""


def seal_audit() -> int:
    """Seal this organization's events that wait for it, and return how many were sealed.

    One sealer at a time; a second one finds the lock taken and leaves. Without events a seal is
    made once an hour, so that silence is signed too. Raises `NoSigningKey`.
    """
    keys, sealed = key_ring(), 0
    while True:
        with fenced():
            size = _seal_batch(keys)
        sealed += size
        if size < BATCH:
            return sealed


@transaction.atomic
def _seal_batch(keys: KeyRing) -> int:
    """Give one seal's worth of events their places and sign them; return how many they were."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [str(current_organization_id())])
        if not cursor.fetchone()[0]:
            return 0
        newest = AuditSeal.objects.newest()
        last = newest.last_seq if newest else 0
        leaves = _placed(cursor, last)
        cursor.execute("SELECT clock_timestamp()")
        (now,) = cursor.fetchone()
    if leaves or newest is None or now - newest.sealed_at >= HEARTBEAT:
        _sign(keys, newest, leaves, now)
    return len(leaves)


def _placed(cursor: Any, last: int) -> list[bytes]:
    """Give the events that are due their places behind `last`, and return their leaves."""
    place = {"organization": current_organization_id(), "batch": BATCH, "last": last}
    cursor.execute(DUE, place)
    due = cursor.fetchall()
    leaves = [_judged(at, mac, payload) for _, at, mac, payload in due]
    cursor.execute(PLACE, {**place, "due": [row[0] for row in due], "leaves": leaves})
    return [bytes(row[0]) for row in cursor.fetchall()]


def _judged(at: datetime, mac: bytes | None, payload: str | None) -> bytes:
    """Return the leaf of an event; one that is gone, or that ARM did not write, only has a place.

    Whoever owns the database can put anything there, but not this organization's mark on it.
    Where the organization's keys were destroyed nobody can tell, and the event is sealed as it is.
    """
    if mac is None or payload is None:
        return GONE
    try:
        is_ours = audit_mac_holds(payload, bytes(mac))
    except Undecryptable:
        is_ours = True
    return leaf_of(at, bytes(mac), payload) if is_ours else GONE


def _sign(keys: KeyRing, newest: AuditSeal | None, leaves: list[bytes], now: datetime) -> None:
    last = newest.last_seq if newest else 0
    seal = AuditSeal(
        number=newest.number + 1 if newest else 1,
        first_seq=last + 1,
        last_seq=last + len(leaves),
        root=merkle.root(leaves),
        previous=bytes(newest.hash) if newest else b"",
        key_id=keys.key_id,
        sealed_at=now,
    )
    seal.hash = digest(seal.facts)
    seal.signature = keys.sign(spelled(seal.facts))
    seal.save(force_insert=True)
