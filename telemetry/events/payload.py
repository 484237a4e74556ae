"""Reading what a payload says by a table, without trusting its types."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

LONGEST_NAME = 200
LONGEST_TEXT = 1_000
MOST_COUNT = 2**53

Read = Callable[[Any], Any]
Fields = dict[str, Any]
# Of what is told: how it is read, and under which names, of which the first counts.
Names = Mapping[str, tuple[Read, tuple[str, ...]]]


class Row(NamedTuple):
    """What one name in a payload tells: `rank` is its place among the names of its field."""

    field: str
    rank: int
    read: Read
    is_extra: bool


Table = Mapping[str, Row]


def table(fields: Names, extras: Names) -> Table:
    """Return the table of these fields of a record, and of extras that are none."""
    return {
        name: Row(field, rank, read, is_extra)
        for told, is_extra in ((fields, False), (extras, True))
        for field, (read, names) in told.items()
        for rank, name in enumerate(names)
    }


def read_payload(values: Mapping[str, Any], rows: Table) -> tuple[Fields, Fields]:
    """Return the fields and the extras that a payload tells; what is not of its type is not told.

    Each name that stands in the payload is looked up once, however many might.
    """
    fields: Fields = {}
    extras: Fields = {}
    ranks: dict[str, int] = {}
    for name, value in values.items():
        row = rows.get(name)
        if row is None:
            continue
        field, rank, read, is_extra = row
        meant = read(value)
        if meant is not None and rank <= ranks.get(field, rank):
            ranks[field] = rank
            (extras if is_extra else fields)[field] = meant
    return fields, extras


def name(value: Any) -> str | None:
    """Return a text of which the first 200 characters are kept."""
    return value[:LONGEST_NAME] if value and isinstance(value, str) else None


def word(value: Any) -> str | None:
    """Return a name in small letters."""
    return value[:LONGEST_NAME].lower() if value and isinstance(value, str) else None


def text(value: Any) -> str | None:
    """Return a text of which the first 1,000 characters are kept."""
    return value[:LONGEST_TEXT] if value and isinstance(value, str) else None


def count(value: Any) -> int | None:
    """Return a whole number from 0 on."""
    return value if type(value) is int and 0 <= value <= MOST_COUNT else None


def nanoseconds(value: Any) -> int | None:
    """Return a number of milliseconds, in nanoseconds."""
    if type(value) in (int, float) and 0 <= value <= MOST_COUNT / 1_000:
        return int(value * 1_000_000)
    return None


def itself(value: Any) -> Any:
    """Return the value as it was told."""
    return value
