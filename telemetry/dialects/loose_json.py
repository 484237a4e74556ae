"""JSON that agents' libraries write, into attributes too: mended where that saves the rest."""

import json
import math
import re
from typing import Any

import msgspec

# Whatever a decoder of msgspec may raise on bytes of strangers.
DAMAGES = (msgspec.MsgspecError, ValueError, RecursionError)

DEEPEST = 64

# Every escape of a string, so that none is found inside another. Caught are those of what
# PostgreSQL cannot store: NUL, and one half of a surrogate pair without the other.
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|u(0000|[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
_LONG_NUMBER = re.compile(r"[0-9]{19}")
_SUSPECT = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")


def _float(literal: str) -> float | None:
    number = float(literal)
    return number if math.isfinite(number) else None


_BOUNDED: dict[str, Any] = {
    "parse_int": _float,
    "parse_float": _float,
    "parse_constant": lambda _: None,
}


def mended(document: bytes) -> bytes:
    """Return the JSON with U+FFFD for the escapes of characters that cannot be stored."""
    if not _SUSPECT.search(document):
        return document
    return _ESCAPE.sub(lambda found: rb"\ufffd" if found[1] else found[0], document)


def loads(document: str) -> Any:
    """Return the value in a JSON text; raises one of `DAMAGES` where it is none.

    Where a number is too long for 64 bits, numbers become floats: all can be written again.
    """
    if _LONG_NUMBER.search(document):
        return json.loads(mended(document.encode()), **_BOUNDED)
    return msgspec.json.decode(mended(document.encode()))


def value_of(told: Any) -> Any:
    """Return what is told, read where it is a JSON text of an object or a list.

    What is damaged, or nested deeper than 64 levels, stays the text it is.
    """
    if not isinstance(told, str) or told[:1] not in ("{", "["):
        return told
    try:
        value = loads(told)
    except DAMAGES:
        return told
    is_flat = told.count("[") + told.count("{") <= DEEPEST
    return value if is_flat or _fits(value, DEEPEST) else told


def _fits(value: Any, levels: int) -> bool:
    if isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, list):
        return True
    return levels > 0 and all(_fits(each, levels - 1) for each in value)


def dumps(value: Any) -> str:
    """Return a value as compact JSON."""
    return msgspec.json.encode(value).decode()
