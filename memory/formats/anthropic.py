"""Anthropic: the files of a memory store, as its managed agents mount them."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from memory.formats.entry import Document, Entry, moment, rows, text

NAME = "anthropic"
LABEL = "Anthropic memory store"
LARGEST = 100_000
LONGEST_NAME = 60
_UNFIT = re.compile(r"[^a-z0-9]+")


def fits(document: object) -> bool:
    """Tell whether there is a list of files with absolute paths."""
    listed = _listed(document)
    first = listed[0] if listed else None
    return isinstance(first, Mapping) and text(first, "path").startswith("/")


def read(document: object) -> Document:
    """Read files under `memories` or `data`, or a list of them, listed with `view=full`."""
    found = Document(NAME)
    for line, row in rows(_listed(document)):
        content = text(row or {}, "content")
        if row is None or not content:
            found.refuse(line, "The file has no content: list the store with view=full.")
            continue
        path = text(row, "path").strip()
        found.entries.append(
            Entry(
                content,
                line,
                id=text(row, "id"),
                label=path[-200:],
                metadata={"path": path} if path else {},
                created_at=moment(row, "created_at"),
            )
        )
    return found


def write(entries: Iterable[Entry]) -> Iterator[str]:
    """Yield files, each as `POST /v1/memory_stores/{id}/memories` takes it.

    A memory longer than a file may be (100 kB) becomes several, numbered.
    """
    yield '{"memories": ['
    place = 0
    for entry in entries:
        for path, content in files_of(entry):
            row = json.dumps({"path": path, "content": content}, ensure_ascii=False)
            yield f"{',' if place else ''}\n  {row}"
            place += 1
    yield "\n]}\n"


def files_of(entry: Entry) -> list[tuple[str, str]]:
    """Return the paths and contents of a memory's files: one, unless it is long."""
    name = _UNFIT.sub("-", (entry.key or entry.label).lower()).strip("-")[:LONGEST_NAME]
    # Names repeat, ids do not.
    stem = f"/arm/{entry.kind}/{'-'.join(filter(None, (name, entry.id)))}"
    pieces = _pieces(entry.content)
    if len(pieces) == 1:
        return [(f"{stem}.md", entry.content)]
    return [(f"{stem}.{number}.md", piece) for number, piece in enumerate(pieces, 1)]


def _pieces(content: str) -> list[str]:
    """Cut a text where a file would be too large, never inside a character."""
    raw, pieces = content.encode(), []
    while len(raw) > LARGEST:
        piece = raw[:LARGEST].decode(errors="ignore")
        pieces.append(piece)
        raw = raw[len(piece.encode()) :]
    return [*pieces, raw.decode()]


def _listed(document: object) -> list[Any]:
    if isinstance(document, Mapping):
        document = document.get("memories", document.get("data"))
    return document if isinstance(document, list) else []
