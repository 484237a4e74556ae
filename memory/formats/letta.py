"""Dumps of Letta: agent files (.af) of both versions, and lists of archival passages."""

from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

from memory.formats.entry import Document, Entry, line_of, mapping, moment, parts_of, rows, text

NAME = "letta"
LABEL = "Letta"
SPOKEN = ("user", "assistant")


def fits(document: object) -> bool:
    """Tell whether it looks like an agent file, or like archival passages."""
    if isinstance(document, list):
        first = document[0] if document else None
        return isinstance(first, Mapping) and "text" in first and _is_passage(first)
    if not isinstance(document, Mapping):
        return False
    return "core_memory" in document or {"agents", "blocks"} <= document.keys()


def read(document: object) -> Document:
    """Read an agent file, or a list of passages; the lines count through all that is read.

    Blocks become core memories by their label, passages associative ones, and what people and the
    agent said becomes episodes. What the system and tools said is no memory and is left out.
    """
    found, places = Document(NAME), count(1)
    for part, row, agent in _parts(document):
        place = next(places)
        entry = _ENTRIES[part](row, place, agent)
        if entry is None:
            found.refuse(place, f"Among the {part}, it says nothing.")
        else:
            found.entries.append(entry)
    return found


def _parts(document: object) -> Iterator[tuple[str, Mapping[str, Any], str]]:
    """Yield what an agent file holds: which part, the row, and the name of its agent."""
    if isinstance(document, list):
        document = {"passages": document}
    if not isinstance(document, Mapping):
        return
    name = line_of(document, "name")
    for part, key in (("blocks", "blocks"), ("blocks", "core_memory"), ("passages", "passages")):
        for _, row in rows(document.get(key)):
            yield part, row or {}, name
    for archive in ("archival_memory", "archival_passages"):
        for _, row in rows(document.get(archive)):
            yield "passages", row or {}, name
    yield from _messages(document, name)
    for _, agent in rows(document.get("agents")):
        yield from _messages(agent or {}, line_of(agent or {}, "name"))


def _messages(agent: Mapping[str, Any], name: str) -> Iterator[tuple[str, Mapping[str, Any], str]]:
    for _, row in rows(agent.get("messages")):
        if row is not None and row.get("role") in SPOKEN and _said(row):
            yield "messages", row, name


def _is_passage(row: Mapping[str, Any]) -> bool:
    return any(name in row for name in ("embedding", "archive_id", "embedding_config", "tags"))


def _block(row: Mapping[str, Any], line: int, agent: str) -> Entry | None:
    content, label = text(row, "value"), line_of(row, "label")
    if not content:
        return None
    kept = ("description", "read_only", "limit")
    return Entry(
        content,
        line,
        id=text(row, "id"),
        horizon="profile",
        store="core" if label else "associative",
        key=label,
        label=label,
        metadata={
            **mapping(row, "metadata"),
            **{name: row[name] for name in kept if row.get(name)},
            **({"agent": agent} if agent else {}),
        },
        created_at=moment(row, "created_at"),
    )


def _passage(row: Mapping[str, Any], line: int, agent: str) -> Entry | None:
    content = text(row, "text")
    if not content:
        return None
    told = {**mapping(row, "metadata"), **mapping(row, "metadata_")}
    if row.get("tags"):
        told["tags"] = row["tags"]
    return Entry(
        content,
        line,
        id=text(row, "id"),
        metadata=told,
        source_id=line_of(row, "file_name"),
        created_at=moment(row, "created_at"),
    )


def _message(row: Mapping[str, Any], line: int, agent: str) -> Entry | None:
    return Entry(
        f"{row['role']}: {_said(row)}",
        line,
        id=text(row, "id"),
        kind="conversation",
        store="episodic",
        metadata={"agent": agent} if agent else {},
        created_at=moment(row, "created_at"),
    )


def _said(row: Mapping[str, Any]) -> str:
    return parts_of(row.get("content")) or text(row, "text")


_ENTRIES = {"blocks": _block, "passages": _passage, "messages": _message}
