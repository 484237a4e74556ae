"""Names that follow from what is named, so that the same thing sent twice is the same row.

Each is a keyed hash: who knows the ids of another organization's traces cannot meet its rows.
"""

from functools import lru_cache
from hashlib import blake2b
from uuid import UUID

NANOSECONDS = 1_000_000
UNMARKED = ~(0xF << 76 | 0b11 << 62)
MARKS = 0x8 << 76 | 0b10 << 62
# The same marks in hex digits: the version, and each digit that holds the variant.
VERSION, VARIANTS = "8", {f"{digit:x}": f"{digit & 0b11 | 0b1000:x}" for digit in range(16)}


def run_id(organization_id: UUID, trace_id: str) -> UUID:
    """Return the id of the run that a trace (32 hex digits) is."""
    return _named(organization_id, b"run", bytes.fromhex(trace_id))


def source_id(organization_id: UUID, key: str) -> UUID:
    """Return the id of the source that reports under this key."""
    return _named(organization_id, b"source", key.encode("utf-8", "surrogatepass"))


def span_row_id(organization_id: UUID, trace_id: str, span_id: str, started_ns: int) -> UUID:
    """Return the id of a span's row; it begins with the milliseconds of its start, to sort so."""
    return UUID(span_row_hex(organization_id, trace_id, span_id, started_ns))


def span_row_hex(organization_id: UUID, trace_id: str, span_id: str, started_ns: int) -> str:
    """Return the id of a span's row as its 32 hex digits, which is quicker where there are many."""
    noise = _begun(organization_id).copy()
    noise.update(bytes.fromhex(trace_id + span_id))
    digits, moment = noise.hexdigest(), started_ns // NANOSECONDS & 0xFFFF_FFFF_FFFF
    return f"{moment:012x}{VERSION}{digits[1:4]}{VARIANTS[digits[4]]}{digits[5:]}"


@lru_cache(100)
def _begun(organization_id: UUID) -> blake2b:
    """Return the hash of spans' ids before it was told one: begun once for all of them."""
    return blake2b(key=organization_id.bytes, person=b"span", digest_size=10)


def content_id(organization_id: UUID, trace_id: str, span_id: str, origin: str) -> UUID:
    """Return the id of what is kept of a span's content, as `origin` (span, log …) told it."""
    told = bytes.fromhex(trace_id + span_id) + origin.encode("utf-8", "surrogatepass")
    return _named(organization_id, b"content", told)


def feedback_id(organization_id: UUID, name: str) -> UUID:
    """Return the id of the feedback that its sender calls by this name."""
    return _named(organization_id, b"feedback", name.encode("utf-8", "surrogatepass"))


def message_id(mark: bytes) -> UUID:
    """Return the id of the message with this mark, of which 16 bytes count."""
    return _version_8(int.from_bytes(mark[:16]))


def news_id(organization_id: UUID, topic: str, subject: str) -> UUID:
    """Return the id under which subscribers are told this of this subject, once."""
    return _named(organization_id, b"news", f"{topic} {subject}".encode())


def signed(span_id: str) -> int:
    """Return the 64 bits of a span's id as the database keeps them."""
    number = int(span_id, 16)
    return number - 2**64 if number >= 2**63 else number


def unsigned(number: int) -> str:
    """Return the id of a span as OpenTelemetry writes it: 16 hex digits."""
    return f"{number & 0xFFFF_FFFF_FFFF_FFFF:016x}"


def _named(organization_id: UUID, kind: bytes, told: bytes) -> UUID:
    key = organization_id.bytes
    return _version_8(int.from_bytes(blake2b(told, key=key, person=kind, digest_size=16).digest()))


def _version_8(number: int) -> UUID:
    return UUID(int=_marked(number))


def _marked(number: int) -> int:
    """Return the number marked as a UUID of the version that is free for such uses (RFC 9562)."""
    return number & UNMARKED | MARKS
