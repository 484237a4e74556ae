"""Several holders of master keys at once: for moving from one to another, and back."""

from armproject.lib.crypto import Undecryptable
from armproject.lib.keys.provider import BadKeyring, KeyProvider, WrappedKey


class Several:
    """The first holder wraps; each opens what it once wrapped."""

    def __init__(self, first: KeyProvider, *others: KeyProvider) -> None:
        self._holders = (first, *others)

    @property
    def active_key_id(self) -> str:
        """The master key that wraps now."""
        return self._holders[0].active_key_id

    def holds(self, key_id: str) -> bool:
        """Tell whether any of them has this key."""
        return self._holder(key_id) is not None

    def wrap(self, data_key: bytes, aad: bytes, key_id: str | None = None) -> WrappedKey:
        """Let the holder of the named key wrap, the first holder if none is named."""
        holder = self._holder(key_id) if key_id else self._holders[0]
        if holder is None:
            raise BadKeyring(f"Nobody here holds a master key called {key_id}.")
        return holder.wrap(data_key, aad, key_id)

    def unwrap(self, wrapped: WrappedKey, aad: bytes) -> bytes:
        """Let the holder of the key that wrapped it open it."""
        holder = self._holder(wrapped.key_id)
        if holder is None:
            raise Undecryptable("Nobody here holds the master key this was wrapped with.")
        return holder.unwrap(wrapped, aad)

    def _holder(self, key_id: str) -> KeyProvider | None:
        return next((holder for holder in self._holders if holder.holds(key_id)), None)
