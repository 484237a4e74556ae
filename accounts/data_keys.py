"""The organization's data keys, opened, and how long a process may know them.

Two things are remembered. Which keys an organization has, for a second: so a key that was replaced
or destroyed elsewhere is gone here a second later. And what the holder of the master keys said a
wrapped key is, for five minutes, found only through the bytes that are in the database now: so a
key service is asked seldom, may be away for a while, and is asked again after a re-wrap. Python
cannot wipe memory; an opened key leaves it when the collector comes by.
"""

import hashlib
import time
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NoReturn, cast
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from accounts.fence import current_organization_id
from accounts.models import KeyState, OrganizationKey
from armproject.lib import crypto, keys
from armproject.lib.errors import Unavailable
from armproject.lib.secret import Secret

KNOWN_SECONDS = 1.0
OPENED_SECONDS = 300.0
MOST_KNOWN = 1_000
# Random nonces of 96 bits are safe far beyond this; a successor is asked for at half of it.
MOST_ENCRYPTIONS = 2**31

_known: dict[UUID, tuple[float, list[OrganizationKey]]] = {}


@dataclass(frozen=True, slots=True)
class DataKey:
    """One version of an organization's key, opened; 32 bytes that are never shown.

    What is derived from it lives as long as it does, so that it is gone with it.
    """

    version: int
    material: bytes = field(repr=False)
    _derived: dict[crypto.Purpose, bytes] = field(default_factory=dict, repr=False, compare=False)

    def sub_key(self, purpose: crypto.Purpose) -> bytes:
        """Return the key for one purpose, 32 bytes, derived at the first need."""
        found = self._derived.get(purpose)
        if found is None:
            found = self._derived[purpose] = crypto.sub_key(self.material, purpose)
        return found

    def __reduce__(self) -> NoReturn:
        raise TypeError("An opened key cannot be pickled.")


_opened: dict[tuple[UUID, int, bytes], tuple[float, DataKey]] = {}


@cache
def key_provider() -> keys.KeyProvider:
    """Return who holds the master keys: the key service where one is set, else a file, else env.

    While a key service is set, keys of the file or the environment still open what they wrapped.
    """
    ring = _key_ring()
    if not settings.ARM_VAULT_URL:
        return ring or keys.EnvKeyring("")
    mount, _, name = settings.ARM_VAULT_KEY.partition("/")
    service = keys.Transit(settings.ARM_VAULT_URL, _vault_token(), mount=mount, key=name)
    return keys.Several(service, ring) if ring else service


def newest() -> DataKey:
    """Return the key that seals for the organization of the call."""
    for row in _rows():
        if row.state == KeyState.ACTIVE:
            if row.encryptions >= MOST_ENCRYPTIONS:
                raise Unavailable("The organization's key has sealed too much; rotate it first.")
            return _open(row)
    raise crypto.Undecryptable("The organization's key is gone.")


def of_version(version: int) -> DataKey:
    """Return one version of the organization's key; raises `Undecryptable` where it is gone."""
    for row in _rows():
        if row.version == version and row.state != KeyState.DESTROYED:
            return _open(row)
    raise crypto.Undecryptable("The key this needs is gone.")


def are_gone() -> bool:
    """Tell whether the organization's keys were all destroyed."""
    return all(row.state == KeyState.DESTROYED for row in _rows())


def wrap_new(organization_id: UUID, version: int) -> OrganizationKey:
    """Make a fresh data key for the organization; the row is not saved yet."""
    aad = key_aad(organization_id, version)
    wrapped = key_provider().wrap(crypto.new_data_key(), aad)
    return OrganizationKey(version=version, wrapped=wrapped.blob, master_key_id=wrapped.key_id)


def changed() -> None:
    """Say that the organization's keys change in this transaction.

    Until it ends this connection asks the database itself, and nothing it sees is remembered,
    because a key that a rolled back transaction made must never seal for another one.
    """
    transaction.on_commit(_forget_known)


def forget() -> None:
    """Forget everything that was opened, as a new process would know it."""
    _forget_known()
    _opened.clear()


def key_aad(organization_id: UUID, version: int) -> bytes:
    """Return what binds a wrapped key to its organization and version."""
    return f"arm-organization-key|{organization_id}|{version}".encode()


def _forget_known() -> None:
    _known.clear()


def _rows() -> list[OrganizationKey]:
    organization_id, now = current_organization_id(), time.monotonic()
    known = _known.get(organization_id)
    if known is not None and now - known[0] < KNOWN_SECONDS and not _changes_here():
        return known[1]
    rows = list(OrganizationKey.objects.order_by("-version"))
    if rows and not _changes_here():
        if len(_known) >= MOST_KNOWN:
            _known.clear()
        _known[organization_id] = (now, rows)
    return rows


def _changes_here() -> bool:
    return any(_forget_known in hook for hook in connection.run_on_commit)


def _open(row: OrganizationKey) -> DataKey:
    blob, now = bytes(row.wrapped), time.monotonic()
    organization_id = cast(UUID, row.organization_id)
    place = (organization_id, row.version, hashlib.sha256(blob).digest())
    opened = _opened.get(place)
    if opened is None or now - opened[0] >= OPENED_SECONDS:
        _drop_old(now)
        wrapped = keys.WrappedKey(row.master_key_id, blob)
        key = key_provider().unwrap(wrapped, key_aad(organization_id, row.version))
        opened = _opened[place] = (now, DataKey(row.version, key))
    return opened[1]


def _drop_old(now: float) -> None:
    """Let go of keys whose time is over, which nobody may ask for again, and all if too many."""
    for place in tuple(_opened):  # other threads add and take away meanwhile
        opened = _opened.get(place)
        if opened is not None and now - opened[0] >= OPENED_SECONDS:
            _opened.pop(place, None)
    if len(_opened) >= MOST_KNOWN:
        _opened.clear()


def _key_ring() -> keys.EnvKeyring | None:
    if settings.ARM_MASTER_KEYS_FILE:
        return keys.FileKeyring(Path(settings.ARM_MASTER_KEYS_FILE))
    return keys.EnvKeyring(settings.ARM_MASTER_KEYS) if settings.ARM_MASTER_KEYS else None


def _vault_token() -> Secret:
    if settings.ARM_VAULT_TOKEN_FILE:
        return Secret(Path(settings.ARM_VAULT_TOKEN_FILE).read_text().strip())
    return Secret(settings.ARM_VAULT_TOKEN)
