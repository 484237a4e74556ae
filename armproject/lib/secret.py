"""A secret that cannot be printed, logged, pickled or turned into JSON by accident."""

import hmac
from typing import NoReturn


class Secret:
    """Holds a secret string; only `reveal()` gives it back, and only to who asks for it by name."""

    __slots__ = ("_value",)

    LONG_ENOUGH = 16

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the secret itself, for the one place that sends it."""
        return self._value

    @property
    def hint(self) -> str:
        """The last four characters where the secret is long enough to spare them, else nothing."""
        return f"…{self._value[-4:]}" if len(self._value) >= self.LONG_ENOUGH else "…"

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash(("Secret", self._value))

    def __reduce__(self) -> NoReturn:
        raise TypeError("A secret cannot be pickled.")
