"""Text as a model would read it: without what hides in it, and what is written in another way.

Nothing here judges. `plain` folds what only looks different; `hidden` brings out what is encoded.
"""

import base64
import binascii
import codecs
import html
import re
import unicodedata
from collections.abc import Iterator
from itertools import islice
from urllib.parse import unquote

LONGEST = 200_000
# So many encoded pieces of one text are looked into, and so deep in one another.
MOST_PIECES = 50
DEEPEST = 2
SHORTEST_TOLD = 12
# Of what somebody wrote so much is letters, blanks and usual signs.
USUAL_SHARE = 0.85

TAGS = range(0xE0000, 0xE0080)
TAG_BASE = 0xE0000
UNSEEN = {
    *range(0x200B, 0x2010),
    *range(0x202A, 0x202F),
    *range(0x2060, 0x2070),
    *TAGS,
    *range(0xE0100, 0xE01F0),
    *range(0xFE00, 0xFE0F),
    0xAD,
    0x34F,
    0x61C,
    0x115F,
    0x1160,
    0x17B4,
    0x17B5,
    0x180E,
    0x3164,
    0xFEFF,
    0xFFA0,
}
_TAKEN_OUT = dict.fromkeys(UNSEEN)
# Letters of other alphabets that are read as Latin ones. In words of their own alphabet they mean
# something else, so both readings are looked at.
_LOOKALIKES = str.maketrans(
    "аеорсухіјѕԁԛԝһӏАВЕКМНОРСТУХІЈЅαβεικνορτυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧɑɡıꞮ",
    "aeopcyxijsdqwhlABEKMHOPCTYXIJSaBeiKvoptuxABEZHIKMNOPTYXagiI",
)
_LEET = str.maketrans("0134579@$!", "oieastgasi")

BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
HEX = re.compile(r"(?:(?:\\x|0x)?[0-9A-Fa-f]{2}[\s:,]?){12,}")
PERCENT = re.compile(r"(?:%[0-9A-Fa-f]{2}|[A-Za-z0-9._~-]){12,}")
ENTITIES = re.compile(r"(?:&#x?[0-9A-Fa-f]{1,6};\s*){6,}")
ESCAPES = re.compile(r"(?:\\u\{?[0-9A-Fa-f]{4,6}\}?){6,}")
BINARY = re.compile(r"(?:[01]{8}[\s,]?){6,}")
ESCAPED = re.compile(r"\\u\{?([0-9A-Fa-f]{4,6})\}?")
SPACED = re.compile(r"(?:\b\w[ .\-_*|]){6,}\w\b")
MOST_POINTS = 0x10FFFF


def plain(text: str) -> str:
    """Return the text in its usual letters and on single blanks, unseen characters taken out."""
    folded = unicodedata.normalize("NFKC", text[:LONGEST]).translate(_TAKEN_OUT)
    marks = unicodedata.normalize("NFD", folded)
    return "".join(each for each in marks if unicodedata.category(each) != "Mn")


def readings(text: str) -> Iterator[str]:
    """Yield the text in each way in which it may be meant: as it stands, lookalikes read as Latin.

    Further with digits read as letters, with letters that stand apart put together, backwards,
    and with its letters moved by half the alphabet.
    """
    told = plain(text)
    yield told
    latin = told.translate(_LOOKALIKES)
    if latin != told:
        yield latin
    leet = latin.translate(_LEET)
    if leet != latin:
        yield leet
    if SPACED.search(latin):
        yield SPACED.sub(lambda found: re.sub(r"[ .\-_*|]", "", found[0]), latin)
    yield latin[::-1]
    yield codecs.encode(latin, "rot13")


def unseen(text: str) -> str:
    """Return what is written in characters that nobody sees, "" where there are none of these."""
    return "".join(chr(ord(each) - TAG_BASE) for each in text if ord(each) in TAGS).strip(
        "\x01\x7f"
    )


def count_unseen(text: str) -> int:
    """Count characters that nobody sees; those that join emoji and scripts count, too."""
    return sum(ord(each) in UNSEEN for each in text)


def hidden(text: str, depth: int = DEEPEST) -> Iterator[str]:
    """Yield what the encoded pieces of a text hold, as far as it can be shown at all."""
    if depth == 0:
        return
    pieces = _decoded(unicodedata.normalize("NFKC", text[:LONGEST]))
    for piece in islice(pieces, MOST_PIECES):
        yield piece
        yield from hidden(piece, depth - 1)


def _decoded(text: str) -> Iterator[str]:
    told = unseen(text)
    if told:
        yield told
    for shape, reader in _READERS:
        for found in shape.finditer(text):
            piece = reader(found[0])
            if len(piece) >= SHORTEST_TOLD and piece != found[0] and _is_shown(piece):
                yield piece


def is_text(piece: str) -> bool:
    """Tell whether somebody wrote this: letters in words, not what bytes happen to look like."""
    if len(piece) < SHORTEST_TOLD:
        return False
    usual = sum(each.isalpha() or each in " \n\t.,:;!?'\"-()/_" for each in piece)
    has_words = any(each in " _-\n" for each in piece)
    return has_words and _is_shown(piece) and usual / len(piece) > USUAL_SHARE


def _is_shown(piece: str) -> bool:
    return all(each.isprintable() or each in "\r\n\t" for each in piece)


def _from_base64(piece: str) -> str:
    told = piece.rstrip("=").replace("-", "+").replace("_", "/")
    if len(told) % 4 == 1:
        told = told[:-1]
    try:
        return base64.b64decode(told + "=" * (-len(told) % 4)).decode()
    except (binascii.Error, ValueError):
        return ""


def _from_hex(piece: str) -> str:
    digits = re.sub(r"\\x|0x|[\s:,]", "", piece)
    try:
        return bytes.fromhex(digits[: len(digits) // 2 * 2]).decode()
    except ValueError:
        return ""


def _from_bits(piece: str) -> str:
    digits = re.sub(r"[\s,]", "", piece)
    try:
        return bytes(int(digits[at : at + 8], 2) for at in range(0, len(digits) - 7, 8)).decode()
    except ValueError:
        return ""


def _from_percent(piece: str) -> str:
    return unquote(piece, errors="replace") if "%" in piece else ""


def _from_escapes(piece: str) -> str:
    points = [int(each, 16) for each in ESCAPED.findall(piece)]
    return "".join(chr(point) for point in points if point <= MOST_POINTS)


_READERS = (
    (BASE64, _from_base64),
    (HEX, _from_hex),
    (PERCENT, _from_percent),
    (ENTITIES, html.unescape),
    (ESCAPES, _from_escapes),
    (BINARY, _from_bits),
)
