"""Let old months leave the audit log, with proof."""

import gzip
import hashlib
import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from accounts.fence import acting, fenced
from accounts.permissions import system
from accounts.roles import PERMISSIONS
from armproject.lib.errors import DomainError
from governance import merkle
from governance.models import AuditArchive
from governance.signing import key_ring, moment, spelled

STEP = 2_000
LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended('arm-retain', 0))"
PARTITIONS = """
  SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
   WHERE i.inhparent = 'governance_auditevent'::regclass ORDER BY c.relname
"""
EVENTS = """
  SELECT l.seq, e.id, e.at, e.mac, e.payload, l.hash
    FROM governance_auditevent e JOIN governance_auditleaf l ON l.event_id = e.id
   WHERE e.organization_id = %s AND e.at >= %s AND e.at < %s::date + interval '1 month'
     AND l.organization_id = e.organization_id AND l.seq > %s
   ORDER BY l.seq LIMIT %s
"""


class NotArchived(DomainError):
    """An archive is not what it should hold, so nothing was dropped."""

    code = "NOT_ARCHIVED"


def retain_audit(keep_months: int | None = None) -> list[date]:
    """Archive and drop months older than `keep_months`, and return which; 0 keeps them forever.

    A month goes only when all of it is sealed and anchored, nobody holds it, and its archive was
    written, read back and signed. Its seals and places stay, so verification covers the gap.
    """
    keep = settings.ARM_AUDIT_KEEP_MONTHS if keep_months is None else keep_months
    if keep <= 0:
        return []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LOCK)
        if not cursor.fetchone()[0]:
            return []
        return [month for month in _months_before(keep) if _retain(month)]


def _months_before(keep: int) -> Iterator[date]:
    today = timezone.now().date()
    ordinal = today.year * 12 + today.month - 1 - max(keep, 2)
    with connection.cursor() as cursor:
        cursor.execute(PARTITIONS)
        names = [row[0] for row in cursor.fetchall()]
    for name in names:
        year, month = map(int, re.findall(r"_(\d{4})_(\d{2})$", name)[0])
        if year * 12 + month - 1 <= ordinal:
            yield date(year, month, 1)


def _retain(month: date) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT events, unsealed, beyond, holds FROM arm_audit_month(%s)", [month])
        events, *reasons = cursor.fetchone()
        if any(reasons):
            return False
        if not AuditArchive.objects.filter(month=month).exists():
            _archive(month, events)
        cursor.execute("SELECT arm_drop_audit_month(%s)", [month])
        return bool(cursor.fetchone()[0])


def _archive(month: date, events: int) -> None:
    """Write the month to a file, read it back, and sign what it holds."""
    path = Path(settings.ARM_AUDIT_ARCHIVE) / f"audit_{month:%Y_%m}.jsonl.gz"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_suffix(".draft")
    with draft.open("wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0) as file:
        for organization_id in _organizations():
            _write(file, organization_id, month)
    written = _read_back(draft)
    if written != events:
        raise NotArchived(f"The archive of {month:%Y-%m} holds {written} of {events} events.")
    draft.replace(path)
    keys, archive = key_ring(), AuditArchive(month=month, events=events, file_name=path.name)
    archive.sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    archive.archived_at, archive.key_id = timezone.now(), keys.key_id
    archive.signature = keys.sign(spelled(archive.facts))
    archive.save(force_insert=True)


def _write(file: gzip.GzipFile, organization_id: UUID, month: date) -> None:
    seq = 0
    with acting(system("retain_audit"), organization_id, PERMISSIONS):
        while True:
            with fenced(), connection.cursor() as cursor:
                cursor.execute(EVENTS, [organization_id, month, month, seq, STEP])
                rows = cursor.fetchall()
            for seq, event_id, at, mac, payload, leaf in rows:
                line = {
                    "organization": str(organization_id),
                    "seq": seq,
                    "id": str(event_id),
                    "at": moment(at),
                    "mac": bytes(mac).hex(),
                    "leaf": bytes(leaf).hex(),
                    "payload": payload,
                }
                file.write(spelled(line) + b"\n")
            if len(rows) < STEP:
                return


def _read_back(path: Path) -> int:
    """Return how many events the file holds, each one hashed again; raises `NotArchived`."""
    number = 0
    with gzip.open(path, "rt", encoding="ascii") as file:
        for number, line in enumerate(file, 1):  # noqa: B007 - the last one counts
            event = json.loads(line)
            entry = f"{event['at']}\n{event['mac']}\n{event['payload']}".encode()
            if merkle.leaf(entry).hex() != event["leaf"]:
                raise NotArchived(f"Event {event['id']} is not as it was sealed; nothing leaves.")
    return number


def _organizations() -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT organization_id FROM arm_latest_seals()")
        return [row[0] for row in cursor.fetchall()]
