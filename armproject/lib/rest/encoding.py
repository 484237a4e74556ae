"""JSON out: money as exact strings, times as RFC 3339 in UTC, never a failure over odd data."""

import ipaddress
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import orjson
from django.db.models import QuerySet
from django.utils.functional import Promise

OPTIONS = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_NON_STR_KEYS
DEEPEST = 100
DAMAGED = "(damaged)"
WORD = 64  # bits of the largest whole number the encoder writes
LONGEST_WHOLE = 4_096  # bits of the largest that is shown at all


def dumps(value: Any, *, indent: bool = False) -> bytes:
    """Return the value as JSON. What JSON cannot carry exactly is shown as text."""
    options = OPTIONS | orjson.OPT_INDENT_2 if indent else OPTIONS
    try:
        return orjson.dumps(value, default=plain, option=options)
    except orjson.JSONEncodeError as error:
        if isinstance(error.__cause__, UnfitForJSON):
            raise
        return orjson.dumps(_repaired(value), option=options)


class UnfitForJSON(TypeError):
    """A type nobody said how to show; a secret is one. Showing it would be a defect."""


def plain(value: Any) -> Any:
    """Return one value that JSON does not know as one that it does."""
    match value:
        case datetime():
            return rfc3339(value)
        case date() | time() | Promise() | ipaddress.IPv4Address() | ipaddress.IPv6Address():
            return str(value)
        case Decimal():
            return format(value, "f")
        case timedelta():
            return value.total_seconds()
        case Mapping():
            return dict(value)
        case set() | frozenset() | QuerySet():
            return list(value)
    raise UnfitForJSON(f"{type(value).__name__} has no place in an answer.")


def rfc3339(moment: datetime) -> str:
    """Return the moment in UTC with a Z; one without a zone is UTC already."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _repaired(value: Any, depth: int = 0) -> Any:
    """Return the value without what the fast encoder refuses: huge integers, lone surrogates."""
    match value:
        case _ if depth > DEEPEST:
            return DAMAGED
        case int() if value.bit_length() >= WORD:
            return str(value) if value.bit_length() < LONGEST_WHOLE else DAMAGED
        case str():
            return value.encode("utf-8", "replace").decode()
        case Mapping():
            return {str(_repaired(k, depth + 1)): _repaired(v, depth + 1) for k, v in value.items()}
        case list() | tuple():
            return [_repaired(item, depth + 1) for item in value]
    return orjson.loads(orjson.dumps(value, default=plain, option=OPTIONS))
