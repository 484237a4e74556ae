"""Put a new credential in place of an old one."""

from dataclasses import replace
from datetime import timedelta

from django.utils import timezone

from accounts.fence import fenced
from accounts.freshness import require_fresh
from accounts.permissions import require
from armproject.lib.audit import record
from armproject.lib.http.signed import new_signing_secret
from armproject.lib.secret import Secret
from connectors import entries
from connectors.actions.follow_status import follow_status
from connectors.actions.start_reading import start_reading
from connectors.base import CredentialKind
from connectors.examination import Examination, try_key
from connectors.models import Connection
from connectors.registry import load

# How long messages signed with the former secret still count.
FORMER_STANDS = timedelta(hours=24)


def rotate_credential(
    connection: Connection, kind: CredentialKind, secret: Secret | None = None
) -> tuple[Connection, Secret | None]:
    """Put a new credential in place of an old one, or where there was none, after trying it.

    A key that the vendor refuses changes nothing. Where ARM makes the secret, it is made anew and
    returned this once; the former one still counts for a day.
    """
    require("connections.write", connection)
    require_fresh()
    with fenced():
        asked = Connection.objects.get(pk=connection.pk)
        asked.refuse_disconnected()
        target = asked.target()
    if kind not in load(asked.vendor).credential_hints:
        raise entries.refused("credential", f"This vendor has no {kind} key.")
    made = new_signing_secret() if asked.is_reported_to else None
    key = made or entries.clean_key("key", secret)
    if key is None:
        raise entries.refused("key", "Enter the new key.")
    credentials = {**target.credentials, kind: key}
    examination = try_key(kind, asked.vendor, replace(target, credentials=credentials))
    with fenced():
        row = Connection.objects.claim(asked)
        _put(row, kind, key, examination)
        start_reading(row)
    return row, made


def _put(row: Connection, kind: CredentialKind, key: Secret, examination: Examination) -> None:
    was_there = row.has_credential(kind)
    if row.is_reported_to:
        row.keep_former(timezone.now() + FORMER_STANDS)
    row.keep_credential(kind, key)
    row.credential_version += 1
    row.troubles = {}
    row.keep_test(*examination.as_json())
    row.save()
    record(
        "connections.rotate",
        row,
        after={"status": row.status, "credential_version": row.credential_version},
        details={"credential": kind, "replaced": was_there},
    )
    follow_status(row)
