"""What an exporter is told when its request as a whole cannot be taken: a google.rpc.Status."""

import msgspec

from telemetry.otlp.reading import is_json

# The protocol's own words for what HTTP says in numbers.
INVALID_ARGUMENT, PERMISSION_DENIED, RESOURCE_EXHAUSTED, UNAVAILABLE, UNAUTHENTICATED = (
    3,
    7,
    8,
    14,
    16,
)
INTERNAL = 13
CODES = {
    400: INVALID_ARGUMENT,
    401: UNAUTHENTICATED,
    403: PERMISSION_DENIED,
    405: INVALID_ARGUMENT,
    413: RESOURCE_EXHAUSTED,
    415: INVALID_ARGUMENT,
    429: RESOURCE_EXHAUSTED,
    503: UNAVAILABLE,
}
CODE_FIELD, MESSAGE_FIELD = b"\x08", b"\x12"
SEVEN_BITS = 0x7F


def refusal(status: int, message: str, content_type: str) -> bytes:
    """Return the body of a failed answer in the type the request came in."""
    code = CODES.get(status, INTERNAL)
    if is_json(content_type):
        return msgspec.json.encode({"code": code, "message": message})
    text = message.encode()
    return CODE_FIELD + bytes([code]) + MESSAGE_FIELD + _varint(len(text)) + text


def _varint(number: int) -> bytes:
    """Return a length as protobuf writes it: seven bits a byte, the lowest first."""
    found = bytearray()
    while number > SEVEN_BITS:
        found.append(number & SEVEN_BITS | 0x80)
        number >>= 7
    return bytes([*found, number])
