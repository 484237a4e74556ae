"""The key that signs seals, and the exact words it signs. It never enters the database."""

import base64
import binascii
import hashlib
import json
import os
import re
import secrets
import stat
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

from armproject.lib.errors import Unavailable

SEED_BYTES = 32
_KEY_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")


class NoSigningKey(Unavailable):
    """There is no usable key to sign seals with."""

    code = "NO_SIGNING_KEY"


class KeyRing:
    """Ed25519 keys from one line of text, `id:base64,id2:base64`; the first one signs.

    Each key is a seed of 32 bytes. Older keys stay in the line, so that what they signed can
    still be verified. Raises `NoSigningKey`.
    """

    __slots__ = ("_private", "key_id")

    def __init__(self, text: str) -> None:
        entries = [part.strip() for part in text.split(",") if part.strip()]
        self._private = dict(map(_read_entry, entries))
        if not entries or len(self._private) < len(entries):
            raise NoSigningKey("ARM_AUDIT_KEYS needs one id:base64 entry for each key.")
        self.key_id = next(iter(self._private))

    def sign(self, statement: bytes) -> bytes:
        """Return the signature (64 bytes) of the active key."""
        return self._private[self.key_id].sign(statement)

    @property
    def public_keys(self) -> dict[str, str]:
        """The public half of every key, 32 bytes in base64, by key id."""
        return {
            key_id: base64.b64encode(key.public_key().public_bytes_raw()).decode()
            for key_id, key in self._private.items()
        }

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(self._private)})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("A key ring cannot be pickled.")


@cache
def key_ring() -> KeyRing:
    """Return the installation's signing keys: from the environment, or from a file.

    The file of a self-contained installation is made the first time; one that is named in the
    environment must be there.
    """
    if settings.ARM_AUDIT_KEYS:
        return KeyRing(settings.ARM_AUDIT_KEYS)
    path = Path(settings.ARM_AUDIT_KEYS_FILE or settings.DATA_DIR / "audit_keys")
    if not settings.ARM_AUDIT_KEYS_FILE:
        if settings.DATABASE_URL:
            raise NoSigningKey("Set ARM_AUDIT_KEYS: without a key the audit log is not sealed.")
        _create_once(path)
    return KeyRing(_read_private(path))


def is_signed(public_keys: Mapping[str, str], key_id: str, statement: bytes, mark: bytes) -> bool:
    """Tell whether this key, one of those trusted, signed exactly these words."""
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_keys[key_id]))
        key.verify(mark, statement)
    except (KeyError, ValueError, InvalidSignature):
        return False
    return True


def spelled(facts: Mapping[str, Any]) -> bytes:
    """Return the one spelling of these facts that is hashed and signed."""
    return json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def digest(facts: Mapping[str, Any]) -> bytes:
    """Return the hash by which the next statement names this one."""
    return hashlib.sha256(spelled(facts)).digest()


def moment(at: datetime) -> str:
    """Return a time as statements spell it: UTC, with six digits of the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _read_entry(entry: str) -> tuple[str, Ed25519PrivateKey]:
    key_id, _, encoded = entry.partition(":")
    try:
        seed = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        seed = b""
    if not _KEY_ID.fullmatch(key_id) or len(seed) != SEED_BYTES:
        raise NoSigningKey("An entry of ARM_AUDIT_KEYS is written id:base64 of 32 bytes.")
    return key_id, Ed25519PrivateKey.from_private_bytes(seed)


def _read_private(path: Path) -> str:
    try:
        with path.open(encoding="ascii", errors="replace") as file:
            mode, text = os.fstat(file.fileno()).st_mode, file.read()
    except OSError:
        raise NoSigningKey(f"The file of signing keys {path} cannot be read.") from None
    if not stat.S_ISREG(mode) or mode & 0o077:
        raise NoSigningKey(f"The file {path} may be read by others; chmod it to 0400.")
    return ",".join(text.split())


def _create_once(path: Path) -> None:
    """Make the file, whole or not at all, unless another process was first."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        seed = base64.b64encode(secrets.token_bytes(SEED_BYTES)).decode()
        file.write(f"audit-{secrets.token_hex(4)}:{seed}\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # another process was first, and its key is as good as ours
    finally:
        draft.unlink()
