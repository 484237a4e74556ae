"""Seal what was appended to the audit log."""

from datetime import datetime, timedelta

from django.db import connection, transaction

from accounts.fence import current_organization_id, fenced
from governance import merkle
from governance.models import AuditSeal
from governance.proof import GONE, LEAF_SQL
from governance.signing import KeyRing, digest, key_ring, spelled

BATCH = 10_000
HEARTBEAT = timedelta(hours=1)

LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended('arm-seal ' || %s, 0))"
# Only what no running transaction can still precede: whoever began earlier and commits later
# finds its events in the queue, never behind a seal. An event that is gone keeps its place.
PLACE = f"""
  WITH due AS (
    DELETE FROM governance_unsealedevent q
     WHERE q.event_id = ANY (ARRAY(
       SELECT u.event_id FROM governance_unsealedevent u
        WHERE u.organization_id = %(organization)s
          AND u.xid < pg_snapshot_xmin(pg_current_snapshot())
        ORDER BY u.organization_id, u.xid, u.event_id LIMIT %(batch)s))
    RETURNING q.event_id, q.at
  ), placed AS (
    INSERT INTO governance_auditleaf (event_id, at, organization_id, seq, hash)
    SELECT due.event_id, due.at, %(organization)s,
           %(last)s + row_number() OVER (ORDER BY due.at, due.event_id),
           coalesce(found.leaf, %(gone)s)
      FROM due LEFT JOIN LATERAL (
        SELECT {LEAF_SQL} AS leaf FROM governance_auditevent e
         WHERE e.id = due.event_id AND e.at = due.at
           AND e.organization_id = %(organization)s LIMIT 1) found ON true
    RETURNING seq, hash
  )
  SELECT hash FROM placed ORDER BY seq
"""  # noqa: S608 - a constant of our own


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
        cursor.execute(
            PLACE,
            {
                "organization": current_organization_id(),
                "batch": BATCH,
                "last": last,
                "gone": GONE,
            },
        )
        leaves = [bytes(row[0]) for row in cursor.fetchall()]
        cursor.execute("SELECT clock_timestamp()")
        (now,) = cursor.fetchone()
    if leaves or newest is None or now - newest.sealed_at >= HEARTBEAT:
        _sign(keys, newest, leaves, now)
    return len(leaves)


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
