"""Reading one told value as what a field of a record holds; None or "" where it is not that."""

import math
from decimal import Decimal, InvalidOperation
from typing import Any

from telemetry.dialects.loose_json import dumps, value_of

LONGEST_NAME = 500
LONGEST_ERROR = 4_000
MOST_TOKENS = 10**12
MOST_MONEY = Decimal(10) ** 9
PLACES = Decimal("1E-10")
MOST_REASONS = 16


def as_told(value: Any) -> Any:
    """Return the value itself; who asks for it knows what to do with it."""
    return value


def short(value: Any) -> str:
    """Return a name or an id, at most 500 characters."""
    if isinstance(value, str):
        return value if len(value) <= LONGEST_NAME else value[:LONGEST_NAME]
    return str(value) if isinstance(value, int | float) else ""


def text(value: Any) -> str:
    """Return content as text: objects and lists become JSON."""
    if isinstance(value, str):
        return value
    return "" if value is None else dumps(value)


def whole(value: Any) -> int | None:
    """Return a count that is a number or a string of one."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = int(value)
    except (ValueError, OverflowError):
        return None
    return number if 0 <= number <= MOST_TOKENS else None


def decimal(value: Any) -> str | None:
    """Return an amount of money with at most ten places, in plain digits."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        told = Decimal(str(value)[:64])
        amount = told.quantize(PLACES) if told.is_finite() else None
    except InvalidOperation:
        return None
    if amount is None or not 0 <= amount <= MOST_MONEY:
        return None
    return f"{amount.normalize():f}"


def number(value: Any) -> float | None:
    """Return a finite number that is a number or a string of one."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def milliseconds(value: Any) -> float | None:
    """Return a length of time, which is never negative."""
    found = number(value)
    return found if found is not None and found >= 0 else None


def seconds(value: Any) -> float | None:
    """Return milliseconds that were told in seconds."""
    found = milliseconds(value)
    return None if found is None else found * 1_000


def texts(value: Any) -> list[str]:
    """Return a list of names that is a list, a JSON list, or one name alone."""
    value = value_of(value)
    many = value if isinstance(value, list) else [value]
    return [name for name in map(short, many[:MOST_REASONS]) if name]


def size(value: Any) -> int:
    """Return how many bytes the value takes as text."""
    words = text(value)
    return len(words) if words.isascii() else len(words.encode(errors="replace"))
