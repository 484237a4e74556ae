"""Plain JSON: memories as people would write them down, without anything of ARM's around them."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from typing import Any

from memory.formats.entry import Document, Entry, line_of, mapping, moment, number, rows, text

NAME = "json"
LABEL = "Plain JSON"
WORDS = ("owner_type", "owner_id", "horizon", "kind", "store", "key", "label", "visibility")
MOMENTS = ("valid_from", "valid_until", "expires_at", "created_at")
USUAL = {each.name: each.default for each in fields(Entry)}


def fits(document: object) -> bool:
    """Tell whether there is a list of texts, or of objects that say something."""
    listed = _listed(document)
    return bool(listed) and all(
        isinstance(each, str) or (isinstance(each, Mapping) and bool(_said(each)))
        for each in listed[:10]
    )


def read(document: object) -> Document:
    """Read a list of texts or objects, alone or under `memories`."""
    found = Document(NAME)
    listed = [{"content": each} if isinstance(each, str) else each for each in _listed(document)]
    for line, row in rows(listed):
        content = _said(row or {})
        if row is None or not content:
            found.refuse(line, "It has no text under `content`.")
            continue
        told: dict[str, Any] = {name: moment(row, name) for name in MOMENTS}
        told |= {name: line_of(row, name) for name in WORDS if line_of(row, name)}
        found.entries.append(
            Entry(
                content,
                line,
                id=text(row, "id"),
                metadata=mapping(row, "metadata"),
                source_id=line_of(row, "source_id"),
                confidence=number(row, "confidence"),
                **told,
            )
        )
    return found


def write(entries: Iterable[Entry]) -> Iterator[str]:
    """Yield a document of memories, each with what is known of it and unusual."""
    yield '{"memories": ['
    for place, entry in enumerate(entries):
        row = json.dumps(_row(entry), ensure_ascii=False, allow_nan=False)
        yield f"{',' if place else ''}\n  {row}"
    yield "\n]}\n"


def _row(entry: Entry) -> dict[str, Any]:
    told: dict[str, Any] = {"content": entry.content, "id": entry.id}
    for name in (*WORDS, "source_id", "confidence"):
        if (value := getattr(entry, name)) != USUAL[name]:
            told[name] = value
    for name in MOMENTS:
        if (at := getattr(entry, name)) is not None:
            told[name] = at.isoformat()
    return {**told, "metadata": entry.metadata} if entry.metadata else told


def _said(row: Mapping[str, Any]) -> str:
    return text(row, "content", "text", "fact", "memory")


def _listed(document: object) -> list[Any]:
    if isinstance(document, Mapping):
        document = document.get("memories", document.get("contexts"))
    return document if isinstance(document, list) else []
