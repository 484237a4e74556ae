"""Reading JSON that a vendor wrote: what is missing or of another type is said, not guessed."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from connectors.base import ConnectorError

Row = Mapping[str, Any]

MOST_TOKENS = 2**63 - 1
MOST_MONEY = Decimal(10) ** 10


def malformed(what: str) -> ConnectorError:
    """Say that an answer is not what the vendor documents."""
    return ConnectorError(f"The vendor's answer cannot be read: {what}.", fault="malformed")


def as_row(value: object, what: str = "the answer") -> Row:
    if not isinstance(value, Mapping):
        raise malformed(f"{what} is not an object")
    return value


def as_rows(value: object, what: str = "data") -> list[Row]:
    if not isinstance(value, list):
        raise malformed(f"{what} is not a list")
    return [as_row(each, f"an entry of {what}") for each in value]


def optional_row(source: Row, key: str) -> Row:
    """Return the object under this key, or an empty one where there is none."""
    value = source.get(key)
    return {} if value is None else as_row(value, key)


def text(source: Row, key: str, default: str = "") -> str:
    value = source.get(key)
    if value is None:
        return default
    if not isinstance(value, str):
        raise malformed(f"{key} is not a string")
    return value


def identifier(source: Row, key: str = "id") -> str:
    value = text(source, key)
    if not value:
        raise malformed(f"{key} is missing")
    return value


def count(source: Row, key: str) -> int:
    value = optional_count(source, key)
    if value is None:
        raise malformed(f"{key} is missing")
    return value


def optional_count(source: Row, key: str) -> int | None:
    value = source.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or value != int(value):
        raise malformed(f"{key} is not a whole number")
    number = int(value)
    if abs(number) > MOST_TOKENS:  # one negative count is set aside later; the rest still counts
        raise malformed(f"{key} is out of range")
    return number


def money(source: Row, key: str) -> Decimal:
    """Read an amount that is a JSON number or a decimal string, exactly."""
    value = source.get(key)
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise malformed(f"{key} is not an amount")
    try:
        amount = Decimal(value)
    except InvalidOperation:
        raise malformed(f"{key} is not an amount") from None
    if not amount.is_finite() or abs(amount) >= MOST_MONEY:
        raise malformed(f"{key} is out of range")
    return amount


def moment(source: Row, key: str) -> datetime:
    value = optional_moment(source, key)
    if value is None:
        raise malformed(f"{key} is missing")
    return value


def optional_moment(source: Row, key: str) -> datetime | None:
    """Read a point in time, in Unix seconds or RFC 3339, as UTC."""
    value = source.get(key)
    if value is None or value == "":
        return None
    try:
        if isinstance(value, str):
            read = datetime.fromisoformat(value)
            return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            return datetime.fromtimestamp(float(value), UTC)
    except (ValueError, OverflowError, OSError):
        pass
    raise malformed(f"{key} is not a time")


def plain(value: Any) -> Any:
    """Return JSON that any encoder writes: without Decimal, which stands for fractions here."""
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return float(value) if isinstance(value, Decimal) else value


def told(value: Any) -> str:
    """Return a value for people to read: a string as it is, anything else as JSON."""
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(plain(value), ensure_ascii=False)


def content_text(parts: Any) -> str:
    """Return the text of a message's parts, with the type of each part that is no text."""
    if not isinstance(parts, list):
        return told(parts)
    return "\n".join(_part(part) for part in parts if isinstance(part, Mapping))


def _part(part: Row) -> str:
    words = part.get("text")
    return words if isinstance(words, str) else f"[{part.get('type', 'unknown')}]"
