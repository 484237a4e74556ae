"""The Studio's forms about preferences and learning."""

from typing import Any, ClassVar

from django import forms
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminTextareaWidget

from accounts.scoping.admin import ActionForm
from agents.models import Agent
from memory.actions.request_extraction import request_extraction
from memory.actions.set_learning import set_learning
from memory.actions.set_preference import LONGEST_VALUE, set_preference
from memory.entries import LONGEST_CONTENT
from memory.learning.observing import MOST_EXAMPLES
from memory.models import Extraction, LearningSetting, Preference
from memory.owners import Owner


class PreferenceForm(ActionForm):
    """A preference: whose, of what, which, and examples."""

    value = forms.CharField(
        max_length=LONGEST_VALUE,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text="What is preferred. Kept sealed; what you set is not replaced by what is seen.",
    )
    examples = forms.CharField(
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        help_text=f"When it showed, one example a line, at most {MOST_EXAMPLES}.",
    )

    class Meta:
        model = Preference
        fields: ClassVar = ["user", "category", "key"]
        help_texts: ClassVar = {
            "user": "The name the app has for them. Leave it empty for everybody.",
            "category": "Such as units, tone or formats.",
            "key": "Such as distance.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance._state.adding:
            return
        told = getattr(self.instance, "opened", None)
        if told is not None and "value" in self.fields:
            self.initial.update(value=told.value, examples="\n".join(told.examples))
        for name in {"user", "category", "key"} & self.fields.keys():
            self.fields[name].disabled = True

    def act(self) -> Preference:
        told = self.cleaned_data
        return set_preference(
            user=told["user"],
            category=told["category"],
            key=told["key"],
            value=told["value"],
            examples=[line.strip() for line in told["examples"].splitlines() if line.strip()],
        )


class LearningForm(ActionForm):
    """Which model decides what is remembered, what that may cost, and what goes by itself."""

    key = forms.CharField(
        required=False,
        max_length=200,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
        help_text="Kept sealed and never shown; another address needs it again.",
    )

    class Meta:
        model = LearningSetting
        fields: ClassVar = [
            "agent",
            "base_url",
            "model",
            "daily_calls",
            "daily_cost",
            "extracts",
            "enriches",
            "enrich_tokens",
        ]
        help_texts: ClassVar = {
            "agent": "Leave it empty for the whole organization. An agent's own counts alone.",
            "base_url": "An endpoint of OpenAI's dialect, such as https://api.openai.com/v1.",
            "model": "Such as gpt-4o-mini. Without a model nothing is guessed.",
            "daily_calls": "When they are used up, learning goes on tomorrow (UTC).",
            "daily_cost": "Counts calls whose price is known.",
            "extracts": "Runs whose content is kept are looked through once, when they are over.",
            "enriches": "What /api/v1/memory/enrich answers; off, its block is empty.",
            "enrich_tokens": "Unless a call says how much room it has.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if agent := self.fields.get("agent"):
            agent.queryset = Agent.objects.all()  # type: ignore[attr-defined]
            agent.disabled = not self.instance._state.adding
            for link in ("add", "change", "delete", "view"):
                setattr(agent.widget, f"can_{link}_related", False)
        if "key" in self.fields and self.instance.key_hint:
            self.fields["key"].label = "New key"

    def act(self) -> LearningSetting:
        told = dict(self.cleaned_data)
        key = told.pop("key") or None
        return set_learning(told.pop("agent"), key=key, **told)


class ExtractionForm(ActionForm):
    """An interaction to be looked through, and whose it was."""

    text = forms.CharField(
        label="What was said",
        max_length=LONGEST_CONTENT,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 12}),
        help_text="Kept sealed until it is looked through, then dropped.",
    )

    class Meta:
        model = Extraction
        fields: ClassVar = ["owner_type", "owner_id", "agent", "source_id"]
        labels: ClassVar = {
            "owner_type": "It is of",
            "owner_id": "Name",
            "source_id": "Interaction",
        }
        help_texts: ClassVar = {
            "owner_id": "The user's name in their app, an app's name, an agent's or run's id.",
            "source_id": "What you call it, so that what comes of it is found again.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if agent := self.fields.get("agent"):
            agent.queryset = Agent.objects.all()  # type: ignore[attr-defined]
            for link in ("add", "change", "delete", "view"):
                setattr(agent.widget, f"can_{link}_related", False)

    def act(self) -> Extraction:
        told = self.cleaned_data
        owner = Owner(told["owner_type"], told["owner_id"])
        return request_extraction(
            told["text"], owner, agent=told["agent"], source_id=told["source_id"]
        )
