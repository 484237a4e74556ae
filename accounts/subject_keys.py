"""What is written about a person and cannot be changed, under a key that can be destroyed."""

import base64
import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.fence import current_organization_id
from accounts.models import Membership, SubjectKey
from accounts.sealing import seal, unseal
from armproject.lib import crypto
from armproject.lib.ids import uuid7
from armproject.lib.secret import Secret

Facts = Mapping[str, Any]
TABLE = "governance_auditevent"
COLUMN = "sealed"


def lock_away(user_id: UUID, event_id: UUID, part: str, facts: Facts) -> dict[str, str] | None:
    """Return the facts under the person's key, as JSON; None where the person was erased.

    The answer names the key and holds text for exactly this event and part.
    """
    row = _living_key(user_id)
    if row is None:
        return None
    plain = json.dumps(facts, sort_keys=True, default=str).encode()
    sealed = crypto.seal(_open(row), 0, plain, _place(event_id, part))
    return {"key": str(row.pk), "text": base64.b64encode(sealed).decode()}


def unlock(
    locked: Mapping[str, str],
    event_id: UUID,
    part: str,
    opened: dict[str, bytes | None] | None = None,
) -> Facts | None:
    """Return what `lock_away` put under a person's key; None where the key was destroyed.

    Who unlocks much passes a dictionary, in which opened keys stay for the next call. Raises
    `crypto.Undecryptable` where the text was changed or moved.
    """
    opened = {} if opened is None else opened
    if locked["key"] not in opened:
        row = SubjectKey.objects.filter(pk=locked["key"]).first()
        opened[locked["key"]] = _open(row) if row and row.sealed is not None else None
    key = opened[locked["key"]]
    if key is None:
        return None
    plain = crypto.unseal(
        lambda _version: key, base64.b64decode(locked["text"]), _place(event_id, part)
    )
    facts: Facts = json.loads(plain)
    return facts


def destroy_subject_key(user_id: UUID) -> int:
    """Empty the person's key in this organization; return how many there were.

    Who had none gets an empty one, so that nothing is written under a new one afterwards.
    """
    gone = {"sealed": None, "destroyed_at": timezone.now()}
    emptied = SubjectKey.objects.filter(user_id=user_id, destroyed_at=None).update(**gone)
    if not SubjectKey.objects.filter(user_id=user_id).exists():
        SubjectKey(user_id=user_id, **gone).save(force_insert=True)
    return emptied


def _living_key(user_id: UUID) -> SubjectKey | None:
    """Return the person's key, made at the first need; who was erased and left gets none."""
    rows = list(SubjectKey.objects.filter(user_id=user_id))
    living = [row for row in rows if row.destroyed_at is None]
    if living:
        return living[0]
    if rows and not Membership.objects.filter(user_id=user_id).exists():
        return None
    row = SubjectKey(pk=uuid7(), user_id=user_id)
    material = Secret(base64.b64encode(crypto.new_data_key()).decode())
    row.sealed = seal(material, table=row._meta.db_table, row_id=row.pk, column=COLUMN)
    SubjectKey.objects.bulk_create([row], ignore_conflicts=True)
    return SubjectKey.objects.get(user_id=user_id, destroyed_at=None)


def _open(row: SubjectKey) -> bytes:
    sealed = bytes(row.sealed or b"")
    key = unseal(sealed, table=row._meta.db_table, row_id=row.pk, column=COLUMN)
    return base64.b64decode(key.reveal())


def _place(event_id: UUID, part: str) -> bytes:
    return crypto.associated_data(current_organization_id(), TABLE, event_id, part)
