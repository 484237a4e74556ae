"""Dumps of mem0: lists of memories as its client and its server give them, and its exports."""

from collections.abc import Mapping
from typing import Any

from memory.formats.entry import NOBODY, Document, Entry, mapping, moment, rows, text

NAME = "mem0"
LABEL = "mem0"
# Whose it is, the narrowest first: a memory of a run is not for all runs of its user.
OWNERS = (("run", "run_id"), ("user", "user_id"), ("agent", "agent_id"), ("app", "app_id"))


def fits(document: object) -> bool:
    """Tell whether it looks like a dump of mem0: things with a `memory`."""
    listed = _listed(document)
    first = listed[0] if listed else None
    return isinstance(first, Mapping) and "memory" in first


def read(document: object) -> Document:
    """Read a list, or an object with `results` or `memories`, of mem0's memories."""
    found = Document(NAME)
    for line, row in rows(_listed(document)):
        content = text(row or {}, "memory", "data")
        if row is None or not content:
            found.refuse(line, "It has no text under `memory`.")
            continue
        owner_type, owner_id = _owner(row)
        found.entries.append(
            Entry(
                content,
                line,
                id=text(row, "id"),
                owner_type=owner_type,
                owner_id=owner_id,
                kind="preference" if "preference" in str(row.get("categories")) else "fact",
                metadata=_metadata(row),
                created_at=moment(row, "created_at"),
                expires_at=moment(row, "expiration_date"),
            )
        )
    return found


def _listed(document: object) -> list[Any]:
    if isinstance(document, Mapping):
        document = document.get("results", document.get("memories"))
    return document if isinstance(document, list) else []


def _owner(row: Mapping[str, Any]) -> tuple[str, str]:
    for kind, name in OWNERS:
        if owner := text(row, name):
            return kind, owner
    return NOBODY


def _metadata(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return its metadata, with the categories it was sorted into and the owners besides."""
    told = mapping(row, "metadata")
    for name in ("categories", "structured_attributes", "actor_id", "role"):
        if row.get(name):
            told[name] = row[name]
    others = [name for _, name in OWNERS if text(row, name)][1:]
    return {**told, **{name: text(row, name) for name in others}}
