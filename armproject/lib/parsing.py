"""Reading what others send: JSON and gzip, with every size known before it can hurt.

The shape of a document is measured on its bytes, in a few linear passes of C code, before any
object is built. So nothing here can recurse too deep, grow without bound or raise anything but
`InvalidInput` and `TooLarge`.
"""

import json
import math
import re
import zlib
from decimal import Decimal
from typing import Any, NoReturn

from armproject.lib.errors import InvalidInput, TooLarge

MEBIBYTE = 2**20
MAX_KEY = 256
MAX_STRING = MEBIBYTE
MAX_DIGITS = 19
MAX_LITERAL = 64
MAX_EXPONENT = 308

_BRACKETS = bytes.maketrans(b"{}", b"[]")
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]"))

# Escapes of what PostgreSQL cannot store: NUL, and one half of a surrogate pair without the other.
_UNSTORABLE = re.compile(
    rb"\\u(?:0000"
    rb"|[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    rb"|[dD](?<!\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD])[c-fC-F][0-9a-fA-F]{2})"
)
_REPLACEMENT = rb"\ufffd"


def parse_json(
    body: bytes,
    *,
    max_bytes: int = 5 * MEBIBYTE,
    max_depth: int = 64,
    max_nodes: int = 100_000,
) -> Any:
    """Return the JSON value in `body`, which a caller of ours sent.

    Refused with `InvalidInput`: anything but UTF-8 without a byte order mark, NaN and Infinity,
    integers of more than 19 digits, fractions beyond a double or of more than 64 characters, NUL,
    lone surrogates, repeated keys, keys over 256 characters, nesting over `max_depth`.
    Refused with `TooLarge`: over `max_bytes`, over `max_nodes` values, a string over 1 MiB.
    """
    quoted = _measure(body, max_bytes=max_bytes, max_depth=max_depth, max_nodes=max_nodes)
    if _UNSTORABLE.search(quoted):
        raise InvalidInput("The JSON holds a NUL character or half a surrogate pair in a string.")
    return _load(body, _strict)


def parse_foreign_json(
    body: bytes,
    *,
    max_bytes: int = 16 * MEBIBYTE,
    max_depth: int = 128,
    max_nodes: int = 500_000,
) -> Any:
    """Return the JSON value in `body`, which a system we called sent; fractions are `Decimal`.

    Bounded like `parse_json`, but forgiving where one odd character would cost a whole page:
    characters PostgreSQL cannot store become U+FFFD and the last of repeated keys wins.
    """
    quoted = _measure(body, max_bytes=max_bytes, max_depth=max_depth, max_nodes=max_nodes)
    mended = bytearray(body)
    for escape in _UNSTORABLE.finditer(quoted):
        mended[escape.start() : escape.end()] = _REPLACEMENT
    return _load(bytes(mended), _forgiving)


def bounded_gunzip(data: bytes, limit: int) -> bytes:
    """Return what the gzip `data` holds, at most `limit` bytes.

    Raises `TooLarge` as soon as there would be more, `InvalidInput` when it is damaged or cut off.
    """
    whole = bytearray()
    while data:
        member = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
        try:
            whole += member.decompress(data, limit - len(whole) + 1)
        except zlib.error:
            raise InvalidInput("The gzip data is damaged.") from None
        if len(whole) > limit:
            raise TooLarge(f"The data unpacks to more than {limit:,} bytes.")
        if not member.eof:
            raise InvalidInput("The gzip data ends too early.")
        data = member.unused_data.lstrip(b"\0")
    return bytes(whole)


def _measure(body: bytes, *, max_bytes: int, max_depth: int, max_nodes: int) -> bytes:
    """Refuse a document by its size and shape.

    Returns the body with escaped backslashes and quotes blanked: of the same length, and every
    quote left in it begins or ends a string.
    """
    if len(body) > max_bytes:
        raise TooLarge(f"The body is larger than {max_bytes:,} bytes; send it in parts.")
    if body.startswith(b"\xef\xbb\xbf"):
        raise InvalidInput("The JSON begins with a byte order mark; send plain UTF-8.")
    quoted = body.replace(rb"\\", b"  ").replace(rb"\"", b"  ")
    # A value is at most one key and one string, each in two quotes; more cannot be within limits.
    if quoted.count(b'"') > 4 * max_nodes:
        raise TooLarge(f"The JSON holds more than {max_nodes:,} values; send it in parts.")
    pieces = quoted.split(b'"')
    if max(map(len, pieces[1::2]), default=0) > MAX_STRING:
        raise TooLarge(f"The JSON holds a string longer than {MAX_STRING:,} bytes.")
    structure = b'"'.join(pieces[::2]).translate(_BRACKETS, b" \t\r\n")
    brackets = structure.translate(None, _NOT_BRACKETS)
    filled = brackets.count(b"[") - structure.count(b"[]")
    if 1 + structure.count(b",") + filled > max_nodes:
        raise TooLarge(f"The JSON holds more than {max_nodes:,} values; send it in parts.")
    _refuse_depth(brackets, max_depth)
    return quoted


def _refuse_depth(brackets: bytes, max_depth: int) -> None:
    """Peel one level a pass; what is left after `max_depth` passes is too deep.

    A few brackets that do not match are left to the decoder, which says where.
    """
    for _ in range(max_depth):
        if not brackets:
            return
        peeled = brackets.replace(b"[]", b"")
        if peeled == brackets and brackets.count(b"[") <= max_depth:
            return
        if peeled == brackets:
            raise InvalidInput("This is not JSON: the brackets do not match.")
        brackets = peeled
    if brackets:
        raise InvalidInput(f"The JSON is nested deeper than {max_depth} levels.")


def _load(body: bytes, decoder: json.JSONDecoder) -> Any:
    try:
        return decoder.decode(body.decode("utf-8"))
    except UnicodeDecodeError:
        raise InvalidInput("The body is not UTF-8.") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise InvalidInput(f"This is not JSON: {error.msg} ({where}).") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise InvalidInput("The JSON repeats a key within one object.")
    if max(map(len, found), default=0) > MAX_KEY:
        raise InvalidInput(f"The JSON holds a key longer than {MAX_KEY} characters.")
    return found


def _integer(literal: str) -> int:
    if len(literal.lstrip("-")) > MAX_DIGITS:
        raise InvalidInput(f"The JSON holds an integer of more than {MAX_DIGITS} digits.")
    return int(literal)


def _double(literal: str) -> float:
    number = float(literal) if len(literal) <= MAX_LITERAL else math.inf
    if math.isinf(number):
        raise InvalidInput("The JSON holds a number too large or too long to keep.")
    return number


def _long_integer(literal: str) -> int:
    if len(literal) > MAX_LITERAL:
        raise InvalidInput("The JSON holds a number too long to keep.")
    return int(literal)


def _decimal(literal: str) -> Decimal:
    number = Decimal(literal) if len(literal) <= MAX_LITERAL else None
    if number is None or not number.is_finite() or abs(number.adjusted()) > MAX_EXPONENT:
        raise InvalidInput("The JSON holds a number too large or too long to keep.")
    return number


def _no_constant(name: str) -> NoReturn:
    raise InvalidInput(f"The JSON holds {name}, which is not a JSON number.")


_strict = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_int=_integer,
    parse_float=_double,
    parse_constant=_no_constant,
)
_forgiving = json.JSONDecoder(
    parse_int=_long_integer,
    parse_float=_decimal,
    parse_constant=_no_constant,
)
