"""What is to be remembered, checked before anything is kept."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import isfinite
from typing import Any
from uuid import UUID

from django.db.models import TextChoices
from django.utils import timezone

from agents.models import Agent
from armproject.lib.errors import InvalidInput
from memory.models import Horizon, Kind, OwnerType, SourceType, Store, Visibility
from memory.owners import ORGANIZATION, Owner

LONGEST_CONTENT = 200_000
LONGEST_LINE = 200
LARGEST_METADATA = 16 * 2**10
DEEPEST_METADATA = 10
# What is for the short term and says nothing else is gone after a day.
SHORT_TERM = timedelta(days=1)
CHOICES: dict[str, type[TextChoices]] = {
    "horizon": Horizon,
    "kind": Kind,
    "store": Store,
    "visibility": Visibility,
    "source_type": SourceType,
}


@dataclass(frozen=True, slots=True)
class Draft:
    """Something to remember, and all that is said of it; the fields are those of `Memory`.

    `parents` are the memories it was concluded from, `run_id` the run. `is_trusted` tells that a
    person of the organization wrote it, `is_locked` that the content is a box under a passphrase,
    made for the row with this `id`. What comes from elsewhere may bring its `id` and when it
    was first known, `created_at`.
    """

    content: str
    owner: Owner = ORGANIZATION
    agent: Agent | None = None
    horizon: str = Horizon.LONG_TERM
    kind: str = Kind.FACT
    store: str = Store.ASSOCIATIVE
    key: str = ""
    label: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    visibility: str = Visibility.PRIVATE
    source_type: str = SourceType.MANUAL
    source_id: str = ""
    imported_from: str = ""
    confidence: float | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    expires_at: datetime | None = None
    is_trusted: bool = False
    is_locked: bool = False
    parents: tuple[UUID, ...] = ()
    run_id: UUID | None = None
    id: UUID | None = None
    created_at: datetime | None = None


def refused(name: str, message: str) -> InvalidInput:
    """Return the error that stands beside this field."""
    return InvalidInput(message, fields={name: [message]})


def clean(draft: Draft) -> Draft:
    """Return the draft as it will be kept; raises InvalidInput naming the field."""
    for name, choices in CHOICES.items():
        if getattr(draft, name) not in choices.values:
            raise refused(name, f"Choose one of {', '.join(choices.values)}.")
    if draft.store == Store.CORE and not draft.key.strip():
        raise refused("key", "A core memory is asked for by its key: give one.")
    expires_at = draft.expires_at
    if expires_at is None and draft.horizon == Horizon.SHORT_TERM:
        expires_at = timezone.now() + SHORT_TERM
    _check_times(draft.valid_from, draft.valid_until)
    return replace(
        draft,
        owner=clean_owner(draft.owner),
        content=clean_content(draft.content),
        metadata=clean_metadata(draft.metadata),
        confidence=clean_confidence(draft.confidence),
        expires_at=expires_at,
        key=clean_line("key", draft.key),
        label=clean_line("label", draft.label),
        source_id=clean_line("source_id", draft.source_id),
        imported_from=clean_line("imported_from", draft.imported_from),
    )


def mark_source(owner: Owner, store: str, key: str, content: str) -> bytes:
    """Return what the keyed mark of a memory is made from: whose it is and what it says."""
    return f"{owner.type}\0{owner.id}\0{store}\0{key}\0{content.strip()}".encode()


def clean_owner(owner: Owner) -> Owner:
    """Return the owner, with what its type asks for."""
    if owner.type not in OwnerType.values:
        raise refused("owner_type", f"Choose one of {', '.join(OwnerType.values)}.")
    name = clean_line("owner_id", owner.id)
    if owner.type == OwnerType.ORGANIZATION:
        return ORGANIZATION
    if not name:
        raise refused("owner_id", f"Say which {owner.type} it belongs to.")
    return Owner(owner.type, name)


def clean_content(content: str) -> str:
    if not content.strip():
        raise refused("content", "Say what to remember.")
    if len(content) > LONGEST_CONTENT:
        raise refused("content", f"Send at most {LONGEST_CONTENT:,} characters.")
    if "\0" in content:
        raise refused("content", "Send text without NUL characters.")
    return content


def clean_line(name: str, text: str) -> str:
    """Return one line of text without blanks around it."""
    text = text.strip()
    if len(text) > LONGEST_LINE:
        raise refused(name, f"Enter at most {LONGEST_LINE} characters.")
    if not text.isprintable():
        raise refused(name, "Enter one line without control characters.")
    return text


def clean_metadata(metadata: object) -> dict[str, Any]:
    """Return an object of a size and depth that lists can carry."""
    if not isinstance(metadata, Mapping):
        raise refused("metadata", "Send an object.")
    if _depth(metadata) > DEEPEST_METADATA:
        raise refused("metadata", f"Nest at most {DEEPEST_METADATA} levels.")
    try:
        size = len(json.dumps(metadata, allow_nan=False))
    except (TypeError, ValueError):
        raise refused("metadata", "Send plain JSON: no NaN, no infinity.") from None
    if size > LARGEST_METADATA:
        raise refused("metadata", f"Send at most {LARGEST_METADATA:,} bytes.")
    if "\\u0000" in json.dumps(metadata):
        raise refused("metadata", "Send text without NUL characters.")
    return dict(metadata)


def clean_confidence(confidence: float | None) -> float | None:
    if confidence is None:
        return None
    if not isfinite(confidence) or not 0 <= confidence <= 1:
        raise refused("confidence", "Give a number from 0 to 1.")
    return confidence


def _check_times(valid_from: datetime | None, valid_until: datetime | None) -> None:
    if valid_from and valid_until and valid_from >= valid_until:
        raise refused("valid_until", "This must come after valid_from.")


def _depth(value: object, level: int = 1) -> int:
    """Return how deep JSON nests, looking no further than one level too many."""
    if level > DEEPEST_METADATA or not isinstance(value, Mapping | list):
        return level - 1 if not isinstance(value, Mapping | list) else level
    inner = value.values() if isinstance(value, Mapping) else value
    return max((_depth(each, level + 1) for each in inner), default=level)
