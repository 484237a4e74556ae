"""Which files ARM reads and writes."""

from collections.abc import Callable
from dataclasses import dataclass

from memory.formats import anthropic, bundle, letta, mem0, openai, plain, zep
from memory.formats.entry import Document, Unreadable


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of file: its name in the API and in columns, and for people."""

    name: str
    label: str
    fits: Callable[[object], bool]
    read: Callable[[object], Document]


# In this order a file is looked at: the surest marks first.
FORMATS = {
    part.NAME: Format(part.NAME, part.LABEL, part.fits, part.read)
    for part in (bundle, letta, zep, mem0, anthropic, openai, plain)
}
WRITTEN = {part.NAME: part.LABEL for part in (bundle, openai, anthropic, plain)}


def read_document(document: object, name: str = "") -> Document:
    """Read a document of this format, or of the one it looks like; raises Unreadable."""
    if not name:
        name = next((each.name for each in FORMATS.values() if each.fits(document)), "")
    if name not in FORMATS:
        raise Unreadable(
            "ARM does not know this kind of file. It reads "
            f"{', '.join(each.label for each in FORMATS.values())}."
        )
    found = FORMATS[name].read(document)
    if not (found.entries or found.preferences or found.refused):
        raise Unreadable(f"There are no memories in this file, read as {FORMATS[name].label}.")
    return found
