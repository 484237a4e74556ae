"""Master keys of our own keeping: a line of text from the environment, or a file."""

import base64
import binascii
import os
import re
import stat
from pathlib import Path
from typing import NoReturn

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from armproject.lib.crypto import KEY_BYTES, NONCE_BYTES, Undecryptable, open_box
from armproject.lib.keys.provider import BadKeyring, WrappedKey

_KEY_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")


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

    def holds(self, key_id: str) -> bool:
        """Tell whether the ring has this key."""
        return key_id in self._keys

    def wrap(self, data_key: bytes, aad: bytes, key_id: str | None = None) -> WrappedKey:
        """Encrypt a data key under one of the ring's keys, the first if none is named."""
        key_id = key_id or self.active_key_id
        if key_id not in self._keys:
            raise BadKeyring(f"The key ring has no key {key_id}; add it, then try again.")
        nonce = os.urandom(NONCE_BYTES)
        sealed = AESGCM(self._keys[key_id]).encrypt(nonce, data_key, _wrap_data(key_id, aad))
        return WrappedKey(key_id, nonce + sealed)

    def unwrap(self, wrapped: WrappedKey, aad: bytes) -> bytes:
        """Return the data key; raises `Undecryptable` for an unknown id or changed bytes."""
        key = self._keys.get(wrapped.key_id)
        if key is None:
            raise Undecryptable("The master key this was wrapped with is not in the key ring.")
        return open_box(key, wrapped.blob, _wrap_data(wrapped.key_id, aad))

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
