"""The bundle: ARM's own file of memories, complete, with a checksum and a signature.

It is one JSON object: what the file is (`format`, `id`, `organization_id`, `source_agent_id`,
`exported_at`), `contexts`, `preferences`, `counts`, `left_out`, `checksum` and `signature`. The
checksum is the SHA-256 over lines in canonical JSON (sorted names, no blanks, ASCII), each ended by
a line feed: what the file is, each context, each preference, and the counts with what was left out.
Thus it can be written, and checked, without holding the whole file.
"""

import base64
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

from governance.signing import is_signed, spelled
from memory.formats.entry import (
    Document,
    Entry,
    Former,
    Preference,
    Unreadable,
    line_of,
    mapping,
    moment,
    number,
    rows,
    text,
)

NAME = "arm"
LABEL = "ARM bundle"
VERSION = "arm-memory-1"
HEAD = ("format", "id", "organization_id", "source_agent_id", "exported_at")
SIGNED = (*HEAD, "checksum")
LONGEST_LINE = 200
MOMENTS = ("valid_from", "valid_until", "expires_at", "created_at")
LINES = (
    "id",
    "owner_type",
    "owner_id",
    "agent",
    "horizon",
    "kind",
    "store",
    "key",
    "label",
    "visibility",
    "source_type",
    "source_id",
    "imported_from",
    "created_by",
)
USUAL = {each.name: each.default for each in fields(Entry)}

Sign = Callable[[bytes], Mapping[str, str]]


@dataclass(slots=True)
class Tally:
    """What was written, and how much was left out for which reason."""

    contexts: int = 0
    preferences: int = 0
    left_out: Mapping[str, int] | None = None

    def facts(self) -> dict[str, Any]:
        counts = {"contexts": self.contexts, "preferences": self.preferences}
        return {"counts": counts, "left_out": dict(self.left_out or {})}


def fits(document: object) -> bool:
    return isinstance(document, Mapping) and document.get("format") == VERSION


def write(
    head: Mapping[str, Any],
    entries: Iterable[Entry],
    preferences: Iterable[Mapping[str, Any]],
    *,
    tally: Tally,
    sign: Sign,
) -> Iterator[str]:
    """Yield the bundle piece by piece; `tally.left_out` is read when all entries were taken."""
    told = {name: head.get(name, "") for name in HEAD} | {"format": VERSION}
    total = hashlib.sha256(spelled(told) + b"\n")
    yield spelled(told).decode()[:-1] + ',"contexts":['
    for entry in entries:
        line = spelled(row_of(entry))
        total.update(line + b"\n")
        yield f"{',' if tally.contexts else ''}\n{line.decode()}"
        tally.contexts += 1
    yield '\n],"preferences":['
    for preference in preferences:
        line = spelled(preference)
        total.update(line + b"\n")
        yield f"{',' if tally.preferences else ''}\n{line.decode()}"
        tally.preferences += 1
    end = tally.facts()
    total.update(spelled(end) + b"\n")
    checksum = f"sha256:{total.hexdigest()}"
    signature = sign(spelled({**told, "checksum": checksum}))
    closing = {**end, "checksum": checksum, "signature": dict(signature)}
    yield "\n]," + spelled(closing).decode()[1:] + "\n"


def read(document: object) -> Document:
    """Read a bundle whose checksum holds; raises Unreadable for another."""
    found = Document(NAME)
    if not isinstance(document, Mapping) or not fits(document):
        raise Unreadable(f"This is no bundle of ARM: its format is not {VERSION}.")
    if text(document, "checksum") != checksum_of(document):
        raise Unreadable(
            "The checksum does not fit what the file holds: it was changed or damaged on its way."
        )
    found.facts = {name: document.get(name) for name in SIGNED}
    for line, row in rows(document.get("contexts")):
        content = text(row or {}, "content")
        if row is None or not content:
            found.refuse(line, "It has no content.")
        else:
            found.entries.append(_entry(row, content, line))
    for line, row in rows(document.get("preferences")):
        if row is not None:
            found.preferences.append(Preference(line, row))
    return found


def checksum_of(document: Mapping[str, Any]) -> str:
    """Return the checksum that what the document holds asks for."""
    end = {name: document.get(name) for name in ("counts", "left_out")}
    lines = [{name: document.get(name) for name in HEAD}]
    for part in ("contexts", "preferences"):
        listed = document.get(part)
        lines += listed if isinstance(listed, list) else []
    total = hashlib.sha256()
    for line in [*lines, end]:
        total.update(spelled(line) + b"\n")
    return f"sha256:{total.hexdigest()}"


def signer_of(document: Mapping[str, Any], trusted: Mapping[str, str]) -> str:
    """Tell who signed a bundle: "ours", "foreign", or "" where nobody did.

    `trusted` are this installation's public keys in base64, by key id. A foreign signature proves
    only that the file is as its signer left it. Raises Unreadable for a signature that is wrong.
    """
    signature = mapping(document, "signature")
    if not signature:
        return ""
    statement = spelled({name: document.get(name) for name in SIGNED})
    key_id = text(signature, "key_id")
    keys = {key_id: trusted.get(key_id) or text(signature, "public_key")}
    try:
        mark = base64.b64decode(text(signature, "value"), validate=True)
    except ValueError:
        mark = b""
    if not is_signed(keys, key_id, statement, mark):
        raise Unreadable("The signature does not fit: the file was changed after it was signed.")
    return "ours" if key_id in trusted else "foreign"


def row_of(entry: Entry) -> dict[str, Any]:
    """Return what a bundle tells of a memory: all of it, what is empty left out."""
    told: dict[str, Any] = {"id": entry.id, "content": entry.content}
    for name in (*LINES, "confidence", "is_locked", "version"):
        value = getattr(entry, name)
        if name not in told and value != USUAL[name]:
            told[name] = value
    for name in MOMENTS:
        if (at := getattr(entry, name)) is not None:
            told[name] = spell_moment(at)
    if entry.metadata:
        told["metadata"] = dict(entry.metadata)
    if entry.versions:
        told["versions"] = [_former_row(each) for each in entry.versions]
    return told


def spell_moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _entry(row: Mapping[str, Any], content: str, line: int) -> Entry:
    told: dict[str, Any] = {name: moment(row, name) for name in MOMENTS}
    told |= {name: text(row, name)[: LONGEST_LINE + 1] for name in LINES if text(row, name)}
    return Entry(
        content,
        line,
        metadata=mapping(row, "metadata"),
        confidence=number(row, "confidence"),
        is_locked=row.get("is_locked") is True,
        version=_count(row, "version"),
        versions=tuple(_formers(row)),
        **told,
    )


def _former_row(former: Former) -> dict[str, Any]:
    told = {"number": former.number, "content": former.content, "facts": dict(former.facts)}
    return {**told, "changed_by": former.changed_by} if former.changed_by else told


def _formers(row: Mapping[str, Any]) -> Iterator[Former]:
    for _, each in rows(row.get("versions")):
        if each is not None and text(each, "content"):
            who = line_of(each, "changed_by")
            yield Former(_count(each, "number"), text(each, "content"), who, mapping(each, "facts"))


def _count(row: Mapping[str, Any], name: str) -> int:
    """Return a count, 1 where there is none that counts."""
    value = row.get(name)
    is_count = isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**31
    return value if is_count and isinstance(value, int) else 1
