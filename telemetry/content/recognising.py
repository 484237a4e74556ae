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
# A card begins with the digit of a network; times in milliseconds and nanoseconds do not.
_CARD_STARTS = ("2", "3", "4", "5", "6")


@dataclass(frozen=True, slots=True)
class Shape:
    """One kind of thing; `proves` looks closer at what the expression found.

    Where the shape `is_framed`, the expression has three groups: what stands before the thing, the
    thing, and what behind it shows that it is a part of something else.
    """

    kind: str
    expression: Any
    proves: Callable[[str], bool] = lambda _: True
    needs: str = ""  # a character without which there is none
    is_framed: bool = False


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
    return len(digits) in _CARD_DIGITS and is_sum and _digits(text).startswith(_CARD_STARTS)


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


def _phone(
    expression: str, digits: range, *, unbroken: int = 0, before: str = r"\pL\pN_./#$€£\-"
) -> Shape:
    """Return a way of writing telephone numbers, with so many digits.

    Numbers are much, and mostly no telephone's: none of the characters `before` may lead up to it
    and no digits go on behind it, as in ids, prices and times. Without anything between its digits
    it needs `unbroken` of them, and grouped by thousands it is an amount.
    """

    def proves(text: str) -> bool:
        number = len(_digits(text))
        is_broken = not text.lstrip("+").isdigit()
        return number in digits and (is_broken or number >= unbroken) and not _AMOUNT.search(text)

    framed = rf"(^|[^{before}])({expression})\b([.,:/\-]\d)?"
    return Shape("phone", re2.compile(framed), proves, is_framed=True)


_AMOUNT = re2.compile(r"^\+?\d{1,3}(?:[.,]\d{3})+(?:[.,]\d{1,2})?$|^\+?\d+[.,]\d{1,2}$")
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
    # +49 30 1234567
    _phone(
        r"\+[1-9]\d{0,2}(?:[ \-./()]{0,3}\d){6,12}", range(8, 16), unbroken=10, before=r"\pL\pN_)\]"
    ),
    # 0049 30 1234567
    _phone(r"00[1-9]\d{0,2}(?:[ \-./()]{0,3}\d){6,12}", range(10, 18), unbroken=12),
    # (030) 1234567, (555) 123-4567
    _phone(r"\(0[1-9]\d{1,3}\)[ \-]?\d{3,4}[ \-.]?\d{3,6}", range(9, 14)),
    _phone(r"(?:1[ \-.])?\([2-9]\d\d\)[ \-]?\d{3}[ \-.]?\d{4}", range(10, 12)),
    # 555-123-4567, 1-555-123-4567
    _phone(r"(?:1[\-.])?[2-9]\d\d(?:-\d{3}-|\.\d{3}\.)\d{4}", range(10, 12)),
    # 0171 1234567, 030/123456, 020 7946 0958
    _phone(r"0[1-9]\d{1,4}[ /\-]\d{3,8}(?:[ \-]\d{3,8})?", range(9, 14)),
    # 06 12 34 56 78
    _phone(r"0[1-9](?:(?: \d\d){4}|(?:\.\d\d){4}|(?:-\d\d){4})", range(10, 11)),
    # After the numbers that may look like them.
    Shape("ip", re2.compile(rf"\b(?:{_BYTE}\.){{3}}{_BYTE}\b"), needs="."),
    Shape("ip", re2.compile(r"(?i)\b[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}"), _is_address, needs=":"),
)
# What any of them could fit: most text holds nothing, which one look tells.
ANY = re2.compile("|".join(f"(?:{shape.expression.pattern})" for shape in SHAPES))
KINDS = frozenset({SECRET, *(shape.kind for shape in SHAPES)})
