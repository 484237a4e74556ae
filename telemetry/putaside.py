"""Items put aside: JSON documents from which the door can read what was sent once more."""

import base64
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from typing import Any

import msgspec

from armproject.lib.errors import InvalidInput
from telemetry.dialects.told import Origin
from telemetry.records import SpanRecord

# Larger items are only counted.
LARGEST = 192 * 2**10
# What a parcel of records is besides them.
ROOM = 64


class PutAside(msgspec.Struct, omit_defaults=True):
    """What a door was given: an event as it was sent, a span and where it came from, or records.

    `span` is in base64 and of the kind that `content_type` names.
    """

    event: msgspec.Raw = msgspec.Raw(b"")
    span: str = ""
    content_type: str = ""
    origin: Origin | None = None
    records: list[SpanRecord] = []


_decoder = msgspec.json.Decoder(PutAside)


def of_event(raw: bytes) -> bytes:
    """Return an event put aside, one that is no text in base64; b"" if it is over 192 KiB."""
    if len(raw) > LARGEST:
        return b""
    try:
        raw.decode()
        msgspec.json.decode(raw)
    except (ValueError, RecursionError):
        raw = msgspec.json.encode({"base64": base64.b64encode(raw).decode()})
    return msgspec.json.encode(PutAside(event=msgspec.Raw(raw)))


def of_span(data: bytes, content_type: str, origin: Origin) -> bytes:
    """Return a span put aside, with where it came from; b"" if it is over 192 KiB."""
    if len(data) > LARGEST:
        return b""
    span = base64.b64encode(data).decode()
    return msgspec.json.encode(PutAside(span=span, content_type=content_type, origin=origin))


def of_records(records: Sequence[SpanRecord]) -> bytes:
    """Return what was read and could not be stored put aside; b"" if it cannot be written down."""
    try:
        return msgspec.json.encode(PutAside(records=list(records)))
    except (ValueError, OverflowError):  # half a surrogate pair, a number beyond 64 bits
        return b""


def is_large(record: SpanRecord) -> bool:
    """Tell whether a record is too large to be put aside beside others."""
    return len(msgspec.json.encode(record)) > LARGEST // 2


def parcels(records: Sequence[SpanRecord]) -> Iterator[tuple[bytes, int]]:
    """Yield records put aside together, up to 192 KiB, and how many they are, in their order."""
    parcel: list[SpanRecord] = []
    size = 0
    for record in records:
        more = len(msgspec.json.encode(record))
        if parcel and size + more > LARGEST - ROOM:
            yield of_records(parcel), len(parcel)
            parcel, size = [], 0
        parcel.append(record)
        size += more + 1
    if parcel:
        yield of_records(parcel), len(parcel)


def read(body: str) -> PutAside:
    """Return what was put aside; raises InvalidInput where it cannot be read any more."""
    try:
        return _decoder.decode(body)
    except msgspec.DecodeError:
        raise InvalidInput("It cannot be read any more.") from None


def span_bytes(item: PutAside) -> bytes:
    """Return the span as it was sent."""
    return base64.b64decode(item.span)


def words(body: str) -> str:
    """Return all that can be read in what was put aside, packed or not, in small letters."""
    told = shown(body) or {}
    event = told.get("event")
    packed = (told.get("span"), event.get("base64") if isinstance(event, dict) else None)
    spans = [_plain(base64.b64decode(each)) for each in packed if isinstance(each, str)]
    return "\n".join([_plain(body.encode()), *spans]).casefold()


def without(body: str, names: Collection[str]) -> bytes:
    """Return what was put aside less the records that hold one of these names, in small letters.

    b"" where nothing is left: an event or a span goes as a whole.
    """
    told = [(each, _plain(msgspec.json.encode(each)).casefold()) for each in read(body).records]
    left = [each for each, text in told if not any(name in text for name in names)]
    return of_records(left) if left else b""


def _plain(data: bytes) -> str:
    """Return bytes as text; in JSON no character stays escaped that need not be."""
    with suppress(ValueError, RecursionError):  # what is no JSON stays as it is
        data = msgspec.json.encode(msgspec.json.decode(data))
    return data.decode(errors="ignore")


def shown(body: str) -> Any:
    """Return what was put aside for people: plain values."""
    return msgspec.json.decode(body) if body else {}
