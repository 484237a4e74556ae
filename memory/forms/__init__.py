"""The Studio's forms about memory."""

from memory.forms.cleaning import CleaningForm
from memory.forms.memory import MemoryForm, NewMemoryForm
from memory.forms.offers import OfferForm
from memory.forms.passphrase import PassphraseForm

__all__ = ["CleaningForm", "MemoryForm", "NewMemoryForm", "OfferForm", "PassphraseForm"]
