"""The nouns of memory."""

from memory.models.choices import (
    Horizon,
    Kind,
    MemoryState,
    OwnerType,
    SourceType,
    Store,
    UseKind,
    Visibility,
)
from memory.models.chunk import Chunk
from memory.models.memory import Memory, MemoryQuerySet
from memory.models.memory_version import MemoryVersion
from memory.models.origin import Origin
from memory.models.use import Use

__all__ = [
    "Chunk",
    "Horizon",
    "Kind",
    "Memory",
    "MemoryQuerySet",
    "MemoryState",
    "MemoryVersion",
    "Origin",
    "OwnerType",
    "SourceType",
    "Store",
    "Use",
    "UseKind",
    "Visibility",
]
