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
from memory.models.use import Use

__all__ = [
    "Chunk",
    "ExternalCopy",
    "ExternalStore",
    "Extraction",
    "ExtractionState",
    "Horizon",
    "ImportOutcome",
    "ImportState",
    "ImportedMemory",
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
    "Signer",
    "SourceType",
    "Store",
    "Use",
    "UseKind",
    "Visibility",
]
