"""What every holder of master keys can do, and how it fails."""

from typing import NamedTuple, Protocol

from armproject.lib.errors import Unavailable


class BadKeyring(ValueError):
    """Master keys cannot be used as they are set up; the message says why and shows no key."""


class KeysUnavailable(Unavailable):
    """The holder of the master keys does not answer now; nothing is ever stored in the clear."""


class WrappedKey(NamedTuple):
    """A data key under a master key: which one, and the bytes to store."""

    key_id: str
    blob: bytes


class KeyProvider(Protocol):
    """Whoever holds the master keys: a key ring of ours or a key management service.

    Every implementation passes `tests/lib/test_key_providers.py`. Where the holder is elsewhere,
    its methods take a few seconds at most and raise `KeysUnavailable`.
    """

    @property
    def active_key_id(self) -> str:
        """The master key that wraps now: letters, digits and `_ . - /`, at most 100."""

    def holds(self, key_id: str) -> bool:
        """Tell, without asking anybody, whether this holder is the one to ask about a key."""

    def wrap(self, data_key: bytes, aad: bytes, key_id: str | None = None) -> WrappedKey:
        """Encrypt a data key under a master key, the active one if none is named.

        Raises `BadKeyring` for a key that this holder does not have.
        """

    def unwrap(self, wrapped: WrappedKey, aad: bytes) -> bytes:
        """Return the data key; raises `crypto.Undecryptable` if key, place or bytes differ."""
