"""Envelope encryption: a master key wraps data keys, data keys seal values where they stand.

Who holds the master keys is `armproject.lib.keys`; this is what is done with the data keys.

A sealed value is `0x01 | version (2 bytes) | nonce (12) | ciphertext and tag`: AES-256-GCM, bound
by its associated data to one organization, table, row and column.
"""

import os
from collections.abc import Callable
from enum import StrEnum
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from armproject.lib.errors import DomainError

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
FORMAT = b"\x01"
HEADER_BYTES = 3
MAX_VERSION = 0xFFFF


class Undecryptable(DomainError):
    """A sealed value or wrapped key does not open: wrong key, wrong place, or it was changed.

    Trying again does not help; entering the secret anew does.
    """

    code = "UNDECRYPTABLE"
    status = 409
    permanent = True


class Purpose(StrEnum):
    """What a sub-key of a data key is for; no two purposes share key material."""

    CREDENTIAL = "cred"
    CONTENT = "content"
    AUDIT_MAC = "audit-mac"
    BLIND_INDEX = "blind-index"
    WEBHOOK = "webhook"
    FINGERPRINT = "fingerprint"


def new_data_key() -> bytes:
    """Return 32 random bytes, a fresh AES-256 key."""
    return os.urandom(KEY_BYTES)


def sub_key(data_key: bytes, purpose: Purpose) -> bytes:
    """Return the 32-byte key derived from a data key for one purpose (HKDF-SHA256)."""
    info = f"arm1|{purpose.value}".encode()
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(data_key)


def associated_data(
    organization_id: UUID | str, table: str, row_id: UUID | str, column: str
) -> bytes:
    """Return the bytes that bind a sealed value to its place; no part may be empty or hold "|"."""
    parts = (str(organization_id), table, str(row_id), column)
    if not all(parts) or any("|" in part for part in parts):
        raise ValueError("Each part of the place must be there and free of the separator.")
    return "|".join(("arm1", *parts)).encode()


def seal(data_key: bytes, version: int, plaintext: bytes, aad: bytes) -> bytes:
    """Encrypt a value under version `version` (0 to 65535) of a data key, bound to `aad`."""
    header = FORMAT + version.to_bytes(2, "big")
    nonce = os.urandom(NONCE_BYTES)
    return header + nonce + AESGCM(data_key).encrypt(nonce, plaintext, header + aad)


def unseal(keys: Callable[[int], bytes], sealed: bytes, aad: bytes) -> bytes:
    """Return the value; `keys` gives the data key of a version or raises LookupError.

    Raises `Undecryptable` when the key is gone, the place is another, or a bit was changed.
    """
    sealed = bytes(sealed)
    header, rest = sealed[:HEADER_BYTES], sealed[HEADER_BYTES:]
    if len(header) != HEADER_BYTES or not header.startswith(FORMAT):
        raise Undecryptable("This is not a sealed value.")
    try:
        key = keys(int.from_bytes(header[1:], "big"))
    except LookupError:
        raise Undecryptable("The data key this was sealed with is gone.") from None
    return open_box(key, rest, header + aad)


def sealed_version(sealed: bytes) -> int:
    """Return the data key version a sealed value names; raises `Undecryptable` if it is none."""
    if len(sealed) < HEADER_BYTES + NONCE_BYTES + TAG_BYTES or bytes(sealed[:1]) != FORMAT:
        raise Undecryptable("This is not a sealed value.")
    return int.from_bytes(sealed[1:HEADER_BYTES], "big")


def open_box(key: bytes, box: bytes, aad: bytes) -> bytes:
    """Return what a nonce, ciphertext and tag hold; raises `Undecryptable`."""
    if len(box) < NONCE_BYTES + TAG_BYTES:
        raise Undecryptable("The encrypted value is cut off.")
    try:
        return AESGCM(key).decrypt(box[:NONCE_BYTES], box[NONCE_BYTES:], aad)
    except InvalidTag:
        raise Undecryptable("The value was changed, moved, or sealed with another key.") from None
