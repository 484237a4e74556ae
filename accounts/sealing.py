"""Secrets at rest: sealed with the organization's key and bound to the row they belong to."""

import hashlib
import hmac
import time
from functools import cache
from pathlib import Path
from uuid import UUID

from django.conf import settings

from accounts.fence import current_organization_id
from accounts.models import OrganizationKey
from armproject.lib import crypto
from armproject.lib.crypto import Purpose
from armproject.lib.secret import Secret

# Opened data keys are kept this long, and this many, per process.
KEPT_SECONDS = 300
KEPT_KEYS = 1_000

_opened: dict[tuple[UUID, int | None], tuple[float, int, bytes]] = {}


@cache
def key_provider() -> crypto.KeyProvider:
    """Return where master keys come from: a file where one is named, else the environment."""
    if settings.ARM_MASTER_KEYS_FILE:
        return crypto.FileKeyring(Path(settings.ARM_MASTER_KEYS_FILE))
    return crypto.EnvKeyring(settings.ARM_MASTER_KEYS)


def new_organization_key(organization_id: UUID, *, version: int = 1) -> OrganizationKey:
    """Make the organization's data key and keep it wrapped by the active master key."""
    wrapped = key_provider().wrap(crypto.new_data_key(), _key_aad(organization_id, version))
    key = OrganizationKey(version=version, wrapped=wrapped.blob, master_key_id=wrapped.key_id)
    key.save(force_insert=True)
    return key


def seal(secret: Secret, *, table: str, row_id: UUID, column: str) -> bytes:
    """Return the secret sealed for exactly this place; elsewhere it cannot be opened."""
    version, key = _data_key(None)
    aad = crypto.associated_data(current_organization_id(), table, row_id, column)
    sub_key = crypto.sub_key(key, Purpose.CREDENTIAL)
    return crypto.seal(sub_key, version, secret.reveal().encode(), aad)


def unseal(sealed: bytes, *, table: str, row_id: UUID, column: str) -> Secret:
    """Open what `seal` closed; raises `crypto.Undecryptable` if it was moved or changed."""
    aad = crypto.associated_data(current_organization_id(), table, row_id, column)
    return Secret(crypto.unseal(_credential_key, bytes(sealed), aad).decode())


def fingerprint(secret: Secret) -> str:
    """Return a short mark that tells whether two secrets of this organization are the same."""
    _, key = _data_key(None)
    return crypto.fingerprint(crypto.sub_key(key, Purpose.FINGERPRINT), secret.reveal())


def audit_mac(payload: str) -> bytes:
    """Return the organization's message code over an audit payload."""
    _, key = _data_key(None)
    return hmac.digest(crypto.sub_key(key, Purpose.AUDIT_MAC), payload.encode(), hashlib.sha256)


def _credential_key(version: int) -> bytes:
    return crypto.sub_key(_data_key(version)[1], Purpose.CREDENTIAL)


def _data_key(version: int | None) -> tuple[int, bytes]:
    """Return the data key of this version, or the newest, from the process's few kept ones."""
    place = (current_organization_id(), version)
    kept = _opened.get(place)
    if kept is None or time.monotonic() - kept[0] > KEPT_SECONDS:
        if len(_opened) >= KEPT_KEYS:
            _opened.clear()
        kept = _opened[place] = (time.monotonic(), *_open(version))
    return kept[1], kept[2]


def _open(version: int | None) -> tuple[int, bytes]:
    rows = OrganizationKey.objects.order_by("-version")
    row = (rows if version is None else rows.filter(version=version)).first()
    if row is None:
        raise crypto.Undecryptable("The key this needs is gone.")
    wrapped = crypto.WrappedKey(row.master_key_id, bytes(row.wrapped))
    return row.version, key_provider().unwrap(
        wrapped, _key_aad(current_organization_id(), row.version)
    )


def _key_aad(organization_id: UUID, version: int) -> bytes:
    return f"arm-organization-key|{organization_id}|{version}".encode()
