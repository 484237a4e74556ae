"""The Studio's forms about what is kept of what was said."""

from typing import Any, ClassVar

from django import forms
from unfold.widgets import UnfoldAdminTextareaWidget

from accounts.scoping.admin import ActionForm
from agents.models import Agent
from telemetry.actions.add_pattern import add_pattern
from telemetry.actions.set_content_rule import set_content_rule
from telemetry.actions.try_redaction import LONGEST_SAMPLE, try_redaction
from telemetry.models import ContentRule, RedactionPattern


class ContentRuleForm(ActionForm):
    """How much is kept, of which agent's content or of everybody's."""

    class Meta:
        model = ContentRule
        fields: ClassVar = ["agent", "mode"]
        help_texts: ClassVar = {
            "agent": "Leave it empty for the rule of the whole organization.",
            "mode": "Counts for what arrives from now on. Content is kept sealed, for 30 days.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if agent := self.fields.get("agent"):
            agent.queryset = Agent.objects.all()  # type: ignore[attr-defined]
            agent.disabled = not self.instance._state.adding
            for link in ("add", "change", "delete", "view"):
                setattr(agent.widget, f"can_{link}_related", False)

    def act(self) -> ContentRule:
        return set_content_rule(self.cleaned_data["mode"], self.cleaned_data["agent"])


class PatternForm(ActionForm):
    """One more kind of thing that must not be kept, with a text to try it on."""

    sample = forms.CharField(
        label="Try it on",
        required=False,
        max_length=LONGEST_SAMPLE,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        help_text="A text with and without such things; nothing of it is kept.",
    )

    class Meta:
        model = RedactionPattern
        fields: ClassVar = ["kind", "expression"]
        help_texts: ClassVar = {
            "kind": "Its name in small letters; [name] then stands where something was found.",
            "expression": "In the syntax of RE2, such as EMP-[0-9]{6}.",
        }

    def act(self) -> RedactionPattern:
        return add_pattern(self.cleaned_data["kind"], self.cleaned_data["expression"])


class TrialForm(PatternForm):
    """What the form would make of the sample; nothing is kept."""

    def act(self) -> RedactionPattern:
        told = self.cleaned_data
        self.redacted = try_redaction(told["sample"], told["kind"], told["expression"])
        return self.instance  # type: ignore[no-any-return]
