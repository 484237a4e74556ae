"""Secrets at rest: sealed with the organization's key and bound to the row they belong to."""

import hashlib
import hmac
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import F

from accounts import data_keys
from accounts.fence import current_organization_id, fenced
from accounts.models import OrganizationKey
from accounts.models.sealed_field import sealed_field
from accounts.signals import key_worn
from armproject.lib import context, crypto
from armproject.lib.crypto import Purpose
from armproject.lib.secret import Secret

# After this many encryptions a key is given a successor.
WORN = 2**30
MAC_BYTES = hashlib.sha256().digest_size
VERSION_BYTES = 2

_uncounted: Counter[tuple[UUID, int]] = Counter()


def seal(secret: Secret, *, table: str, row_id: UUID, column: str) -> bytes:
    """Return the secret sealed for exactly this place; elsewhere it cannot be opened.

    The column must be a `SealedField`.
    """
    told = {row_id: secret.reveal().encode()}
    return seal_rows(told, table=table, column=column)[row_id]


def seal_rows(told: Mapping[UUID, bytes], *, table: str, column: str) -> dict[UUID, bytes]:
    """Return what is told of each row sealed for exactly its place, as `seal` does."""
    purpose, key = sealed_field(table, column).purpose, data_keys.newest()
    organization, sub_key = current_organization_id(), key.sub_key(purpose)
    if told:
        _count(key.version, len(told))
    return {
        row_id: crypto.seal(
            sub_key,
            key.version,
            plain,
            crypto.associated_data(organization, table, row_id, column),
        )
        for row_id, plain in told.items()
    }


def unseal(sealed: bytes, *, table: str, row_id: UUID, column: str) -> Secret:
    """Open what `seal` closed; raises `crypto.Undecryptable` if it was moved or changed."""
    return Secret(unseal_row(sealed, table=table, row_id=row_id, column=column).decode())


def unseal_row(sealed: bytes, *, table: str, row_id: UUID, column: str) -> bytes:
    """Open what `seal_rows` closed, whatever bytes it is; raises as `unseal` does."""
    purpose = sealed_field(table, column).purpose
    aad = crypto.associated_data(current_organization_id(), table, row_id, column)
    return crypto.unseal(partial(_sub_key, purpose), bytes(sealed), aad)


def audit_mac(payload: str) -> bytes:
    """Return the organization's message code over an audit payload: key version (2 bytes), HMAC."""
    key = data_keys.newest()
    return key.version.to_bytes(VERSION_BYTES, "big") + _mac(key, payload)


def audit_mac_holds(payload: str, mac: bytes) -> bool:
    """Tell whether `audit_mac` made this code, under whichever version of the key.

    Codes without a version are from the first key. Raises `crypto.Undecryptable` where all keys
    were destroyed, for then nobody can tell; while one stands, a code of a version that is not
    there is no code of ours.
    """
    mac = bytes(mac)
    head, code = mac[:-MAC_BYTES], mac[-MAC_BYTES:]
    if len(head) not in {0, VERSION_BYTES}:
        return False
    version = int.from_bytes(head, "big") if head else 1
    try:
        key = data_keys.of_version(version)
    except crypto.Undecryptable:
        if data_keys.are_gone():
            raise
        return False
    return hmac.compare_digest(_mac(key, payload), code)


def address_mark(address: str) -> str:
    """Return a mark by which an address is known again; it stays the same when keys rotate."""
    return marks([address.encode()])[0].hex()


def marks(told: Iterable[bytes]) -> list[bytes]:
    """Return 32 bytes for each, by which it is known again; they stay when keys rotate."""
    key = _sub_key(Purpose.BLIND_INDEX, 1)
    return [hmac.digest(key, each, hashlib.sha256) for each in told]


def _mac(key: data_keys.DataKey, payload: str) -> bytes:
    return hmac.digest(key.sub_key(Purpose.AUDIT_MAC), payload.encode(), hashlib.sha256)


def _sub_key(purpose: Purpose, version: int) -> bytes:
    return data_keys.of_version(version).sub_key(purpose)


def _count(version: int, number: int) -> None:
    place = (current_organization_id(), version)
    _uncounted[place] += number
    transaction.on_commit(partial(_note, *place), robust=True)


def _note(organization_id: UUID, version: int) -> None:
    """Add what was sealed to the key's count, in a transaction of its own that locks nobody out."""
    number = _uncounted.pop((organization_id, version), 0)
    if not number:
        return
    with context.use(replace(context.current(), organization_id=organization_id)), fenced():
        rows = OrganizationKey.objects.filter(version=version)
        rows.update(encryptions=F("encryptions") + number)
        worn = rows.active().filter(encryptions__gte=WORN).first()
        if worn is not None:
            key_worn.send(OrganizationKey, key=worn)
