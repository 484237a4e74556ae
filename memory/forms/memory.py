"""Writing a memory by hand, and changing one."""

from typing import Any, ClassVar

from django import forms
from unfold.widgets import UnfoldAdminTextareaWidget

from accounts.scoping.admin import ActionForm
from agents.models import Agent
from armproject.lib.crypto import Undecryptable
from armproject.lib.errors import InvalidInput
from memory.actions.remember_many import by_hand, remember_many
from memory.actions.update_memory import update_memory
from memory.entries import LONGEST_CONTENT, Draft
from memory.models import Memory
from memory.owners import Owner

SAID = ("label", "kind", "horizon", "visibility", "confidence")
TIMES = ("valid_from", "valid_until", "expires_at")
HELP = {
    "owner_type": "Whose memory it is: agents find what belongs to whom they work for.",
    "owner_id": "A user's or app's name, the id of an agent or a run; empty for the organization.",
    "store": "Core memories are always told, associative ones when they fit.",
    "key": "What a core memory is asked for by, such as city.",
    "label": "What it is called in lists. Not sealed: say nothing here that is secret.",
    "visibility": "Private: its owner alone finds it.",
    "confidence": "From 0 to 1; empty where nobody can say.",
    "metadata": "Names and values to filter by. Not sealed.",
}


class ContentField(forms.CharField):
    """What is to be remembered."""

    def __init__(self) -> None:
        super().__init__(
            label="What to remember",
            max_length=LONGEST_CONTENT,
            strip=False,
            widget=UnfoldAdminTextareaWidget(attrs={"rows": 6}),
            help_text="Kept sealed.",
        )


class NewMemoryForm(ActionForm):
    """Something to remember, whose it is, and what is said of it."""

    content = ContentField()

    class Meta:
        model = Memory
        fields: ClassVar = [
            "owner_type", "owner_id", "agent", "store", "key", *SAID, *TIMES, "metadata",
        ]  # fmt: skip
        help_texts: ClassVar = HELP

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if agent := self.fields.get("agent"):
            agent.queryset = Agent.objects.all()  # type: ignore[attr-defined]
            for link in ("add", "change", "delete", "view"):
                setattr(agent.widget, f"can_{link}_related", False)

    def act(self) -> Memory:
        told = dict(self.cleaned_data)
        owner = Owner(told.pop("owner_type"), told.pop("owner_id"))
        told["metadata"] = told.get("metadata") or {}
        (kept,) = remember_many([by_hand(Draft(owner=owner, **told))])
        if not kept.is_new:
            raise InvalidInput("This owner knows this already.")
        return kept.memory


class MemoryForm(ActionForm):
    """What a memory says, and what is said of it."""

    content = ContentField()

    class Meta:
        model = Memory
        fields: ClassVar = [*SAID, *TIMES, "metadata"]
        help_texts: ClassVar = HELP

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        try:
            self.initial["content"] = self.instance.content
        except Undecryptable:
            self.initial["content"] = ""

    def act(self) -> Memory:
        told = dict(self.cleaned_data)
        told["metadata"] = told.get("metadata") or {}
        version = Memory.objects.only("version").get(pk=self.instance.pk).version
        return update_memory(self.instance, expected_version=version, **told)
