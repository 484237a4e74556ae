"""When a call is worth repeating, and how long to wait before."""

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from random import SystemRandom

from armproject.lib.http.reply import Reply, RequestFailed

Outcome = Reply | RequestFailed

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 8.0

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# The vendor says it did not take the request: repeating cannot do anything twice.
_NOT_TAKEN = frozenset({429, 503, 529})
_SERVER_ERROR = 500
_REQUEST_TIMEOUT = 408

_PLAIN_NUMBER = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?")
_random = SystemRandom()


def worth_repeating(method: str, outcome: Outcome) -> bool:
    """Tell whether another attempt may help and can do no harm."""
    safe = method.upper() in _SAFE_METHODS
    if isinstance(outcome, RequestFailed):
        return outcome.unsent or (safe and outcome.fault in {"unavailable", "timeout"})
    if outcome.status in _NOT_TAKEN:
        return True
    return safe and (outcome.status == _REQUEST_TIMEOUT or outcome.status >= _SERVER_ERROR)


def better(earlier: Outcome, later: Outcome) -> Outcome:
    """Return what to tell the caller: the host's last answer, else the last failure to reach it."""
    if isinstance(later, Reply):
        return later
    if isinstance(earlier, Reply) or later.fault in {"lane_full", "breaker_open"}:
        return earlier
    return later


def pause_before(attempt: int, outcome: Outcome, now: float) -> float:
    """Return the seconds to wait before attempt 2, 3, …: what the host asks for, else our own.

    `now` is in seconds since 1970.
    """
    asked = None
    if isinstance(outcome, Reply):
        asked = asked_pause(outcome.headers, now)
    if asked is not None:
        return asked
    return _random.uniform(0.5, 1.0) * min(FIRST_PAUSE * 2.0 ** (attempt - 2), LONGEST_PAUSE)


def asked_pause(headers: Mapping[str, str], now: float) -> float | None:
    """Return the seconds the host asks us to wait, or None where it asks nothing sensible.

    Reads `retry-after-ms` first, then `retry-after` in seconds or as an HTTP date.
    """
    milliseconds = headers.get("retry-after-ms", "").strip()
    if _PLAIN_NUMBER.fullmatch(milliseconds):
        return float(milliseconds) / 1000
    text = headers.get("retry-after", "").strip()
    if _PLAIN_NUMBER.fullmatch(text):
        return float(text)
    try:
        return max(parsedate_to_datetime(text).timestamp() - now, 0.0)
    except (ValueError, OverflowError):
        return None
