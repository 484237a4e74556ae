"""The nouns of memory."""

from memory.models.choices import (
    Horizon,
    IndexState,
    Kind,
    MemoryState,
    OwnerType,
    SourceType,
    Store,
    UseKind,
    Visibility,
)
from memory.models.chunk import Chunk
from memory.models.external_store import ExternalCopy, ExternalStore
from memory.models.extraction import Extraction, ExtractionState
from memory.models.injection import Injection
from memory.models.learning_day import LearningDay
from memory.models.learning_setting import LearningSetting
from memory.models.memory import Memory, MemoryQuerySet
from memory.models.memory_import import (
    ImportedMemory,
    ImportOutcome,
    ImportState,
    MemoryImport,
    Signer,
)
from memory.models.memory_version import MemoryVersion
from memory.models.offer import Offer
from memory.models.origin import Origin
from memory.models.preference import Preference
from memory.models.space import EmbeddingSetting, Provider, Space, SpaceState
from memory.models.use import Use
from memory.models.vector import CachedVector, Term, Vector

__all__ = [
    "CachedVector",
    "Chunk",
    "EmbeddingSetting",
    "ExternalCopy",
    "ExternalStore",
    "Extraction",
    "ExtractionState",
    "Horizon",
    "ImportOutcome",
    "ImportState",
    "ImportedMemory",
    "IndexState",
    "Injection",
    "Kind",
    "LearningDay",
    "LearningSetting",
    "Memory",
    "MemoryImport",
    "MemoryQuerySet",
    "MemoryState",
    "MemoryVersion",
    "Offer",
    "Origin",
    "OwnerType",
    "Preference",
    "Provider",
    "Signer",
    "SourceType",
    "Space",
    "SpaceState",
    "Store",
    "Term",
    "Use",
    "UseKind",
    "Vector",
    "Visibility",
]
