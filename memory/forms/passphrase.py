"""The passphrase of a memory, and what to do with it."""

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminPasswordWidget

from armproject.lib.errors import DomainError
from memory.actions.lock_memory import lock_memory
from memory.actions.open_memory import open_memory
from memory.actions.unlock_memory import unlock_memory
from memory.models import Memory
from memory.passphrases import LONGEST, clean_passphrase


class PassphraseForm(forms.Form):
    """Reads a locked memory (`read`), takes its passphrase off (`unlock`), or locks one (`lock`).

    `told` is then what it says, where it was read.
    """

    passphrase = forms.CharField(
        max_length=LONGEST,
        strip=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "off"}),
    )
    told = ""
    done = ""

    def __init__(self, memory: Memory, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.memory = memory

    def clean(self) -> dict[str, Any]:
        if not self.errors:
            try:
                self._act()
            except DomainError as error:
                self.add_error("passphrase", error.message)
        return self.cleaned_data

    def _act(self) -> None:
        passphrase = clean_passphrase(self.cleaned_data["passphrase"])
        if "lock" in self.data:
            lock_memory(self.memory, passphrase)
            self.done = "Locked. Without the passphrase nobody reads it any more."
        elif "unlock" in self.data:
            unlock_memory(self.memory, passphrase)
            self.done = "The passphrase is off. It is found by what it says again."
        else:
            self.told = open_memory(self.memory, passphrase)
