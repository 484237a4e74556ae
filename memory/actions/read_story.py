"""Read a memory's whole story."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from armproject.lib.crypto import Undecryptable
from memory.actions.read_memories import Opened, read_memories
from memory.models import Memory, MemoryVersion, Origin, Use

MOST_VERSIONS = 50
MOST_USES = 50
MOST_DERIVED = 200


@dataclass(frozen=True, slots=True)
class Version:
    """A former version and what it said, or None where its key is gone."""

    row: MemoryVersion
    content: str | None


@dataclass(frozen=True, slots=True)
class Story:
    """A memory as it is, as it was, what it came from, what came of it, and its newest uses."""

    opened: Opened
    versions: Sequence[Version]
    origins: Sequence[Origin]
    derived: Sequence[UUID]
    uses: Sequence[Use]


@transaction.atomic
def read_story(memory: Memory) -> Story:
    """Tell everything about one memory, the newest first; the reading is recorded."""
    (opened,) = read_memories([memory], how="story")
    versions = [
        Version(row, _said(row)) for row in memory.versions.order_by("-number")[:MOST_VERSIONS]
    ]
    links = memory.derived.values_list("memory_id", flat=True)[:MOST_DERIVED]
    return Story(
        opened=opened,
        versions=versions if not memory.is_locked else [],
        origins=list(memory.origins.select_related("parent")),
        derived=list(dict.fromkeys(links)),
        uses=list(Use.objects.of(memory)[:MOST_USES]),
    )


def _said(version: MemoryVersion) -> str | None:
    try:
        return version.content
    except Undecryptable:
        return None
