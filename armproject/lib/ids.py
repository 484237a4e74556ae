"""Identifiers that sort by the time they were made."""

import secrets
import threading
import time
from uuid import UUID

# How far a clock may be set back, in 4096ths of a millisecond, and the order still hold.
_TOLERATED = 10_000 << 12

_guard = threading.Lock()
_latest = 0


def uuid7() -> UUID:
    """Return a UUID version 7 (RFC 9562): 60 bits of time, then 62 random bits.

    The first 48 bits of the time are milliseconds, the 12 after the version are the fraction of
    one. What one process makes sorts in the order it was made.
    """
    moment = _next_moment()
    value = moment >> 12 << 80 | 0x7 << 76 | (moment & 0xFFF) << 64
    return UUID(int=value | 0b10 << 62 | secrets.randbits(62))


def _next_moment() -> int:
    """Return the time in 4096ths of a millisecond, later than any that was returned before."""
    global _latest  # noqa: PLW0603 - one clock a process
    now = (time.time_ns() << 12) // 1_000_000
    with _guard:
        # A clock that was set back must not stop the order, nor run ahead of the time for long.
        _latest = now if now > _latest or _latest - now > _TOLERATED else _latest + 1
        return _latest
