"""Envelope encryption: a master key wraps data keys, data keys seal values where they stand.

A sealed value is `0x01 | version (2 bytes) | nonce (12) | ciphertext and tag`: AES-256-GCM, bound
by its associated data to one organization, table, row and column.
"""

import base64
import binascii
import hashlib
import hmac
import os
import re
import stat
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple, NoReturn, Protocol
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
FORMAT = b"\x01"
HEADER_BYTES = 3
MAX_VERSION = 0xFFFF

_KEY_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")


class Undecryptable(Exception):
    """A sealed value or wrapped key does not open: wrong key, wrong place, or it was changed."""


class BadKeyring(ValueError):
    """A key ring cannot be read; the message says why and never shows a key."""


class Purpose(StrEnum):
    """What a sub-key of a data key is for; no two purposes share key material."""

    CREDENTIAL = "cred"
    CONTENT = "content"
    AUDIT_MAC = "audit-mac"
    BLIND_INDEX = "blind-index"
    WEBHOOK = "webhook"
    FINGERPRINT = "fingerprint"


class WrappedKey(NamedTuple):
    """A data key under a master key: which one, and the bytes to store."""

    key_id: str
    blob: bytes


class KeyProvider(Protocol):
    """Whoever holds the master keys: a key ring of ours or a key management service."""

    @property
    def active_key_id(self) -> str: ...

    def wrap(self, data_key: bytes, aad: bytes) -> WrappedKey:
        """Encrypt a data key under the active master key."""

    def unwrap(self, wrapped: WrappedKey, aad: bytes) -> bytes:
        """Return the data key; raises `Undecryptable`."""


class EnvKeyring:
    """Master keys from one line of text, `id:base64,id2:base64`; the first is the active one.

    Each key is 32 bytes. Raises `BadKeyring`.
    """

    __slots__ = ("_keys", "active_key_id")

    def __init__(self, text: str) -> None:
        self._keys: dict[str, bytes] = {}
        for entry in filter(None, (part.strip() for part in text.split(","))):
            key_id, key = _read_entry(entry)
            if key_id in self._keys:
                raise BadKeyring(f"The key ring names the key {key_id} twice.")
            self._keys[key_id] = key
        if not self._keys:
            raise BadKeyring("The key ring is empty; it needs one id:base64 entry.")
        self.active_key_id = next(iter(self._keys))

    @property
    def key_ids(self) -> tuple[str, ...]:
        """The ids of all keys, the active one first."""
        return tuple(self._keys)

    def wrap(self, data_key: bytes, aad: bytes) -> WrappedKey:
        """Encrypt a data key under the active master key."""
        nonce = os.urandom(NONCE_BYTES)
        bound = _wrap_data(self.active_key_id, aad)
        sealed = AESGCM(self._keys[self.active_key_id]).encrypt(nonce, data_key, bound)
        return WrappedKey(self.active_key_id, nonce + sealed)

    def unwrap(self, wrapped: WrappedKey, aad: bytes) -> bytes:
        """Return the data key; raises `Undecryptable` for an unknown id or changed bytes."""
        key = self._keys.get(wrapped.key_id)
        if key is None:
            raise Undecryptable("The master key this was wrapped with is not in the key ring.")
        return _open(key, wrapped.blob, _wrap_data(wrapped.key_id, aad))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(self._keys)})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("A key ring cannot be pickled.")


class FileKeyring(EnvKeyring):
    """The same line of text from a file that only its owner may read (mode 0400 or 0600)."""

    __slots__ = ()

    def __init__(self, path: str | Path) -> None:
        try:
            with Path(path).open(encoding="ascii", errors="replace") as file:
                mode = os.fstat(file.fileno()).st_mode
                text = file.read()
        except OSError:
            raise BadKeyring(f"The key ring file {path} cannot be read.") from None
        if not stat.S_ISREG(mode) or mode & 0o077:
            raise BadKeyring(f"The key ring file {path} may be read by others; chmod it to 0400.")
        super().__init__(",".join(text.split()))


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
    return _open(key, rest, header + aad)


def sealed_version(sealed: bytes) -> int:
    """Return the data key version a sealed value names; raises `Undecryptable` if it is none."""
    if len(sealed) < HEADER_BYTES + NONCE_BYTES + TAG_BYTES or bytes(sealed[:1]) != FORMAT:
        raise Undecryptable("This is not a sealed value.")
    return int.from_bytes(sealed[1:HEADER_BYTES], "big")


def fingerprint(key: bytes, text: str) -> str:
    """Return 16 hex digits that tell whether two secrets are the same, and nothing else."""
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:16]


def _open(key: bytes, box: bytes, aad: bytes) -> bytes:
    if len(box) < NONCE_BYTES + TAG_BYTES:
        raise Undecryptable("The encrypted value is cut off.")
    try:
        return AESGCM(key).decrypt(box[:NONCE_BYTES], box[NONCE_BYTES:], aad)
    except InvalidTag:
        raise Undecryptable("The value was changed, moved, or sealed with another key.") from None


def _wrap_data(key_id: str, aad: bytes) -> bytes:
    return b"|".join((b"arm1", b"wrap", key_id.encode(), aad))


def _read_entry(entry: str) -> tuple[str, bytes]:
    key_id, _, encoded = entry.partition(":")
    if not _KEY_ID.fullmatch(key_id):
        raise BadKeyring("A key ring entry is written id:base64; the id is letters and digits.")
    try:
        key = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise BadKeyring(f"The key {key_id} is not 32 bytes of base64.")
    return key_id, key
