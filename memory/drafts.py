"""What each of the four stores holds, as something to remember."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from accounts.sealing import marks
from memory.entries import Draft, clean_line, refused
from memory.models import Horizon, Kind, Store
from memory.owners import Owner

MOST_ENTITIES = 50


def core(owner: Owner, key: str, value: str, **told: Any) -> Draft:
    """Return a value under its key; of one owner each key has one value."""
    told = {"kind": Kind.FACT, "horizon": Horizon.PROFILE, **told}
    return Draft(value, owner, store=Store.CORE, key=key, **told)


def associative(
    owner: Owner,
    *,
    label: str,
    content: str = "",
    entity_type: str = "",
    entity_id: str = "",
    metadata: Mapping[str, Any] | None = None,
    **told: Any,
) -> Draft:
    """Return something about an entity, which is found by likeness."""
    entity = {"entity_type": entity_type, "entity_id": entity_id}
    lines = {name: clean_line(name, text) for name, text in entity.items() if text}
    return Draft(
        content or label,
        owner,
        store=Store.ASSOCIATIVE,
        label=label,
        metadata={**(metadata or {}), **lines},
        **told,
    )


def episodic(
    owner: Owner,
    *,
    session_id: str,
    summary: str,
    key_entities: Sequence[str] = (),
    metadata: Mapping[str, Any] | None = None,
    **told: Any,
) -> Draft:
    """Return the summary of a session, which is found by time."""
    if len(key_entities) > MOST_ENTITIES:
        raise refused("key_entities", f"Name at most {MOST_ENTITIES} entities.")
    names = [clean_line("key_entities", each) for each in key_entities]
    facts = {"session_id": clean_line("session_id", session_id), "key_entities": names}
    told = {"kind": Kind.CONVERSATION, **told}
    return Draft(
        summary, owner, store=Store.EPISODIC, metadata={**(metadata or {}), **facts}, **told
    )


def proactive(
    owner: Owner,
    *,
    pattern_type: str,
    description: str,
    last_detected_at: datetime,
    subject: str = "",
    metadata: Mapping[str, Any] | None = None,
    **told: Any,
) -> Draft:
    """Return what keeps coming back; it is known again by its type and subject, or description."""
    pattern_type = clean_line("pattern_type", pattern_type)
    if not pattern_type:
        raise refused("pattern_type", "Say what type of pattern it is.")
    facts = {"pattern_type": pattern_type, "last_detected_at": instant(last_detected_at)}
    return Draft(
        description,
        owner,
        store=Store.PROACTIVE,
        key=pattern_key(pattern_type, subject or description),
        metadata={**(metadata or {}), **facts},
        **told,
    )


def pattern_key(pattern_type: str, subject: str) -> str:
    """Return the key by which a pattern is known again; it tells nothing of what it is about."""
    folded = " ".join(subject.casefold().split())
    return marks([f"pattern\n{pattern_type}\n{folded}".encode()])[0].hex()[:32]


def instant(moment: datetime) -> str:
    """Return a moment as RFC 3339, as the API shows moments."""
    return moment.isoformat().replace("+00:00", "Z")
