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
from memory.models.extraction import Extraction, ExtractionState
from memory.models.learning_day import LearningDay
from memory.models.learning_setting import LearningSetting
from memory.models.memory import Memory, MemoryQuerySet
from memory.models.memory_version import MemoryVersion
from memory.models.offer import Offer
from memory.models.origin import Origin
from memory.models.preference import Preference
from memory.models.use import Use

__all__ = [
    "Chunk",
    "Extraction",
    "ExtractionState",
    "Horizon",
    "Kind",
    "LearningDay",
    "LearningSetting",
    "Memory",
    "MemoryQuerySet",
    "MemoryState",
    "MemoryVersion",
    "Offer",
    "Origin",
    "OwnerType",
    "Preference",
    "SourceType",
    "Store",
    "Use",
    "UseKind",
    "Visibility",
]
