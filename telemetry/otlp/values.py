"""Single values of OTLP, made safe to keep: no NUL, nothing infinite, nothing over 64 bits."""

import math
from typing import Any

from telemetry.dialects.told import Attributes

MOST_ATTRIBUTES = 512
MOST_EVENTS = 1_000
DEEPEST = 16
LONGEST_STRING = 2**20
CUT = "… (cut)"
SMALLEST, LARGEST = -(2**63), 2**63 - 1


def text(told: str) -> str:
    """Return a string that PostgreSQL can store; what is over a mebibyte is cut off."""
    if len(told) > LONGEST_STRING:
        told = told[:LONGEST_STRING] + CUT
    return told.replace("\0", "\ufffd") if "\0" in told else told


def notes_of(size: int, attributes: Attributes, told: int) -> list[str]:
    """Return what had to be left out of a span of so many bytes and attributes."""
    notes = []
    if told > MOST_ATTRIBUTES:
        notes.append(f"Only the first {MOST_ATTRIBUTES} of {told:,} attributes were read.")
    if size > LONGEST_STRING:
        cut = (key for key, value in attributes.items() if str(value)[-len(CUT) :] == CUT)
        notes += [
            f"{key} was longer than {LONGEST_STRING:,} characters and was cut." for key in cut
        ]
    return notes


def double(told: float) -> float | str:
    """Return the number, or its name where JSON has none for it (NaN, Infinity)."""
    return told if math.isfinite(told) else str(told)


def integer(told: Any) -> int:
    """Return an integer of 64 bits from a JSON number or string; 0 where there is none."""
    try:
        number = int(told)
    except (TypeError, ValueError, OverflowError):
        return 0
    return min(max(number, SMALLEST), LARGEST)
