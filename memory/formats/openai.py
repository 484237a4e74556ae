"""OpenAI: the items of a conversation, as `POST /v1/conversations` takes and lists them."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from memory.formats.entry import Document, Entry, parts_of, rows, text

NAME = "openai"
LABEL = "OpenAI conversation"
SPOKEN = ("user", "assistant")


def fits(document: object) -> bool:
    """Tell whether there is a list of messages with roles."""
    listed = _listed(document)
    first = listed[0] if listed else None
    return isinstance(first, Mapping) and "role" in first and "content" in first


def read(document: object) -> Document:
    """Read messages under `items`, `data` or `messages`, or a list of them.

    What people and models said becomes conversation; instructions and what tools answered are no
    memories, so they are left out.
    """
    found = Document(NAME)
    for line, found_row in rows(_listed(document)):
        row = found_row or {}
        content = parts_of(row.get("content"))
        if row.get("role") not in SPOKEN:
            continue
        if not content.strip():
            found.refuse(line, "The message has no text.")
            continue
        found.entries.append(
            Entry(
                content,
                line,
                id=text(row, "id"),
                kind="conversation",
                store="episodic",
                metadata={"role": row["role"]},
                created_at=_created(row),
            )
        )
    return found


def write(entries: Iterable[Entry]) -> Iterator[str]:
    """Yield a conversation with one message for each memory, in their order.

    Memories are what users and agents said or what was learned of them, so all are a user's
    messages: none may speak with the developer's voice.
    """
    yield '{"metadata": {"source": "arm"}, "items": ['
    for place, entry in enumerate(entries):
        item = {
            "type": "message",
            "role": "user",
            "content": [{"type": "input_text", "text": entry.content}],
        }
        yield f"{',' if place else ''}\n  {json.dumps(item, ensure_ascii=False)}"
    yield "\n]}\n"


def _listed(document: object) -> list[Any]:
    if isinstance(document, Mapping):
        names = ("items", "data", "messages")
        document = next((document[name] for name in names if name in document), None)
    return document if isinstance(document, list) else []


def _created(row: Mapping[str, Any]) -> datetime | None:
    at = row.get("created_at")
    is_second = isinstance(at, int) and not isinstance(at, bool) and 0 < at < 2**33
    return datetime.fromtimestamp(at, UTC) if is_second and isinstance(at, int) else None
