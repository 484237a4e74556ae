"""The Studio's pages about memory."""

from memory.admin.injecting import InjectionAdmin
from memory.admin.learning import ExtractionAdmin, LearningSettingAdmin, PreferenceAdmin
from memory.admin.memory import MemoryAdmin
from memory.admin.moving import MemoryImportAdmin
from memory.admin.offers import OfferAdmin
from memory.admin.outside import ExternalStoreAdmin

__all__ = [
    "ExternalStoreAdmin",
    "ExtractionAdmin",
    "InjectionAdmin",
    "LearningSettingAdmin",
    "MemoryAdmin",
    "MemoryImportAdmin",
    "OfferAdmin",
    "PreferenceAdmin",
]
