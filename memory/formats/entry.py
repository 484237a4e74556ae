"""Entry: a memory on its way from one house to another, whatever file it travels in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.utils.dateparse import parse_date, parse_datetime

# Other houses know no owner: then the importer says whose it becomes.
NOBODY = ("", "")


@dataclass(frozen=True, slots=True)
class Former:
    """What a memory said before: its number, who changed it, and what else differed then."""

    number: int
    content: str
    changed_by: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """One memory of a file; what the file does not say is empty, None or the usual.

    `line` is its place in the file, from 1. `id` is what the house it comes from calls it.
    `agent` is the id of the agent that kept it there. A `locked` one is ciphertext.
    """

    content: str
    line: int = 0
    id: str = ""
    owner_type: str = ""
    owner_id: str = ""
    agent: str = ""
    horizon: str = "long_term"
    kind: str = "fact"
    store: str = "associative"
    key: str = ""
    label: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    visibility: str = "private"
    source_type: str = "import"
    source_id: str = ""
    imported_from: str = ""
    confidence: float | None = None
    is_locked: bool = False
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    expires_at: datetime | None = None
    created_at: datetime | None = None
    created_by: str = ""
    version: int = 1
    versions: tuple[Former, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """A line that cannot be taken, and why in a sentence; it repeats nothing of the line."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Preference:
    """A preference on its way, as the file has it."""

    line: int
    facts: Mapping[str, Any]


@dataclass(slots=True)
class Document:
    """A file that was read. `facts` tells of the file itself: where from, when, signed by whom."""

    format: str
    entries: list[Entry] = field(default_factory=list)
    preferences: list[Preference] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)

    def refuse(self, line: int, reason: str) -> None:
        self.refused.append(Refused(line, reason))


class Unreadable(ValueError):
    """The file as a whole is not what it should be; the message tells people why."""


def rows(value: object) -> Iterator[tuple[int, Mapping[str, Any] | None]]:
    """Yield the objects of a list with their places, from 1; None for what is no object."""
    listed: Sequence[object] = value if isinstance(value, list) else ()
    for line, each in enumerate(listed, 1):
        yield line, each if isinstance(each, Mapping) else None


def text(row: Mapping[str, Any], *names: str) -> str:
    """Return the first of these fields that holds text, else ""."""
    for name in names:
        value = row.get(name)
        if isinstance(value, str) and value.strip():
            return value
    return ""


def line_of(row: Mapping[str, Any], *names: str) -> str:
    """Return a text as one short line."""
    return " ".join(text(row, *names).split())[:200]


def mapping(row: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = row.get(name)
    return dict(value) if isinstance(value, Mapping) else {}


def number(row: Mapping[str, Any], name: str) -> float | None:
    value = row.get(name)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and value is not None else None


def moment(row: Mapping[str, Any], *names: str) -> datetime | None:
    """Return the first of these fields that is a moment, with its zone; without one it is UTC."""
    for name in names:
        value = row.get(name)
        if isinstance(value, str) and (found := _moment(value)) is not None:
            return found
    return None


def _moment(value: str) -> datetime | None:
    try:
        found = parse_datetime(value)
        day = None if found else parse_date(value)
    except ValueError:
        return None
    if found is None and day is not None:
        found = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return found.replace(tzinfo=UTC) if found and found.tzinfo is None else found


def parts_of(content: object) -> str:
    """Return what a message says: text, or the texts of its parts, each a paragraph."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    told = [each if isinstance(each, str) else _part(each) for each in content]
    return "\n\n".join(filter(None, told))


def _part(part: object) -> str:
    return text(part, "text", "content") if isinstance(part, Mapping) else ""
