"""Dumps of Zep: edges (facts), nodes, episodes, messages of threads, and contexts of sessions."""

from collections.abc import Mapping
from typing import Any

from memory.formats.entry import NOBODY, Document, Entry, line_of, mapping, moment, rows, text

NAME = "zep"
LABEL = "Zep"
PARTS = ("edges", "nodes", "episodes", "messages", "facts", "relevant_facts")
MARKS = frozenset({"source_node_uuid", "target_node_uuid"})


def fits(document: object) -> bool:
    """Tell whether it looks like a dump of Zep: parts of a graph, or edges alone."""
    if isinstance(document, list):
        first = document[0] if document else None
        return isinstance(first, Mapping) and first.keys() >= MARKS
    if not isinstance(document, Mapping):
        return False
    return any(name in document for name in ("edges", "nodes", "episodes", "relevant_facts"))


def read(document: object) -> Document:
    """Read an object with edges, nodes, episodes, messages or facts, or a list of edges.

    The lines count through all parts, in that order. Facts that were replaced at Zep come with the
    end of their validity, so that they are known as former ones.
    """
    found = Document(NAME)
    if isinstance(document, list):
        document = {"edges": document}
    if not isinstance(document, Mapping):
        return found
    owner = ("user", text(document, "user_id")) if text(document, "user_id") else NOBODY
    place = 0
    for part in PARTS:
        for _, row in rows(_listed(document, part)):
            place += 1
            entry = _entry(part, row or {}, place, owner)
            if entry is None:
                found.refuse(place, f"Among the {part.replace('_', ' ')}, it says nothing.")
            else:
                found.entries.append(entry)
    return found


def _listed(document: Mapping[str, Any], part: str) -> Any:
    """Return a part: a list, or a page with `items`, or an object that holds it once more."""
    value = document.get(part)
    if isinstance(value, Mapping):
        value = value.get("items", value.get(part))
    return value


def _entry(part: str, row: Mapping[str, Any], line: int, owner: tuple[str, str]) -> Entry | None:
    content = text(row, *_TEXTS[part])
    if not content:
        return None
    if part in ("messages", "episodes") and text(row, "role", "role_type"):
        content = f"{line_of(row, 'role', 'role_type')}: {content}"
    valid_from, valid_until = moment(row, "valid_at"), moment(row, "invalid_at", "expired_at")
    if valid_from and valid_until and valid_from >= valid_until:
        valid_from = None
    mine = ("user", text(row, "user_id")) if text(row, "user_id") else owner
    is_said = part in ("messages", "episodes")
    return Entry(
        content,
        line,
        id=text(row, "uuid", "uuid_"),
        owner_type=mine[0],
        owner_id=mine[1],
        kind="conversation" if is_said else "fact",
        store="episodic" if is_said else "associative",
        label=line_of(row, "name") if part in ("edges", "nodes") else "",
        metadata=_metadata(row),
        source_id=line_of(row, "session_id", "thread_id"),
        valid_from=valid_from,
        valid_until=valid_until,
        created_at=moment(row, "created_at"),
    )


_TEXTS = {
    "edges": ("fact",),
    "nodes": ("summary",),
    "episodes": ("content",),
    "messages": ("content",),
    "facts": ("fact",),
    "relevant_facts": ("fact",),
}


def _metadata(row: Mapping[str, Any]) -> dict[str, Any]:
    told = {**mapping(row, "attributes"), **mapping(row, "metadata")}
    kept = ("labels", "source_node_name", "target_node_name", "source_description", "rating")
    return {**told, **{name: row[name] for name in kept if row.get(name)}}
