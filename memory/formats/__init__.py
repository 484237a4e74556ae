"""Files in which memories travel, written and read without a database."""

from memory.formats.bundle import Tally
from memory.formats.entry import Document, Entry, Former, Preference, Refused, Unreadable
from memory.formats.index import FORMATS, WRITTEN, Format, read_document

__all__ = [
    "FORMATS",
    "WRITTEN",
    "Document",
    "Entry",
    "Format",
    "Former",
    "Preference",
    "Refused",
    "Tally",
    "Unreadable",
    "read_document",
]
