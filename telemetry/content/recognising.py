"""What is recognised in text and must not be kept: kinds, their shapes, and what proves a match.

All shapes run on RE2, in time that grows with the text and with nothing else.
"""

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import re2

from armproject.lib.errors import InvalidInput

SECRET = "secret"  # noqa: S105 - the kind, told by the shapes of armproject.lib.scrub
LONGEST_EXPRESSION = 300
KIND = re.compile(r"[a-z][a-z0-9_]{0,29}")
_MEMORY = 2**20
_IBAN_MODULUS = 97
_CARD_DIGITS = range(13, 20)
_PHONE_DIGITS = range(7, 16)


@dataclass(frozen=True, slots=True)
class Shape:
    """One kind of thing; `proves` looks closer at what the expression found."""

    kind: str
    expression: Any
    proves: Callable[[str], bool] = lambda _: True
    needs: str = ""  # a character without which there is none


def compiled(expression: str) -> Any:
    """Return an expression of somebody's own, ready to use; raises `InvalidInput`."""
    if not 0 < len(expression) <= LONGEST_EXPRESSION:
        raise _refused(f"Write an expression of up to {LONGEST_EXPRESSION} characters.")
    try:
        found = _compiled(expression)
    except re2.error:
        raise _refused(
            "RE2 cannot read this expression; it knows no lookaround and no backreferences."
        ) from None
    if found.search("") is not None:
        raise _refused("This fits everywhere, even where nothing stands.")
    return found


@lru_cache(maxsize=1_000)
def _compiled(expression: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MEMORY
    return re2.compile(expression, options)


def _refused(problem: str) -> InvalidInput:
    return InvalidInput(problem, fields={"expression": [problem]})


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


def _is_card(text: str) -> bool:
    """Tell whether the digits add up as those of payment cards do (Luhn)."""
    digits = [int(each) for each in reversed(_digits(text))]
    doubled = [sum(divmod(2 * each, 10)) for each in digits[1::2]]
    is_sum = (sum(digits[::2]) + sum(doubled)) % 10 == 0
    return len(digits) in _CARD_DIGITS and is_sum and any(digits)


def _is_iban(text: str) -> bool:
    """Tell whether the check digits are right (ISO 7064, remainder of 97)."""
    plain = text.replace(" ", "")
    turned = plain[4:] + plain[:4]
    return int("".join(str(int(each, 36)) for each in turned)) % _IBAN_MODULUS == 1


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return any(map(str.isdigit, text))


def _is_phone(text: str) -> bool:
    return len(_digits(text)) in _PHONE_DIGITS


_BYTE = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
SHAPES = (
    Shape(
        "email",
        re2.compile(r"[\pL\pN._%+\-]+@(?:[\pL\pN\-]+\.)+\pL\pL+"),
        needs="@",
    ),
    Shape(
        "iban",
        re2.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b"),
        _is_iban,
    ),
    Shape("card", re2.compile(r"\b\d(?:[ \-]?\d){12,18}\b"), _is_card),
    Shape("ip", re2.compile(rf"\b(?:{_BYTE}\.){{3}}{_BYTE}\b"), needs="."),
    Shape("ip", re2.compile(r"(?i)\b[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}"), _is_address, needs=":"),
    Shape("phone", re2.compile(r"(?:\+|\b00)[1-9]\d{0,2}(?:[ \-./()]{0,3}\d){6,12}\b"), _is_phone),
    Shape("phone", re2.compile(r"\(\d{2,5}\)[ \-]?\d{3,4}[ \-.]?\d{3,6}\b"), _is_phone),
    Shape("phone", re2.compile(r"\b\d{3}[\-.]\d{3}[\-.]\d{4}\b|\b0\d{2,5}[ /\-]\d{3,8}\b")),
)
KINDS = frozenset({SECRET, *(shape.kind for shape in SHAPES)})
