"""The Studio's forms about memory."""

from memory.forms.cleaning import CleaningForm
from memory.forms.memory import MemoryForm, NewMemoryForm
from memory.forms.offers import OfferForm

__all__ = ["CleaningForm", "MemoryForm", "NewMemoryForm", "OfferForm"]
