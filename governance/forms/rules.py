"""The Studio's forms about alert rules."""

import json
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils.html import format_html
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
)

from accounts.scoping.admin import ActionForm
from governance import subjects
from governance.actions.change_rule import change_rule
from governance.actions.create_rule import create_rule
from governance.actions.preview_rule import Preview, preview_rule
from governance.judging import worse_side
from governance.models import AlertRule, Channel
from governance.registry import MEASURES
from governance.wording import span

WINDOWS = (5, 15, 30, 60, 180, 360, 720, 1440, 3 * 1440, 7 * 1440, 30 * 1440)
WAITS = (0, 5, 10, 15, 30, 60, 180, 360, 720, 1440)
MOST_SUBJECTS = 300

Choices = list[tuple[str, Any]]


def minutes_field(label: str, steps: tuple[int, ...], zero: str, help_text: str) -> Any:
    """Return a choice of spans of time, told in words."""
    choices = [(step, span(step).capitalize() if step else zero) for step in steps]
    return forms.TypedChoiceField(
        label=label,
        choices=choices,
        coerce=int,
        widget=UnfoldAdminSelectWidget,
        help_text=help_text,
    )


class AlertRuleForm(ActionForm):
    """What to watch, when it is bad, and who hears of it."""

    measure = forms.ChoiceField(label="Watch", widget=UnfoldAdminSelectWidget)
    subject_id = forms.ChoiceField(
        label="Of",
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text="All watches everything the measure knows.",
    )
    window_minutes = minutes_field("In the last", WINDOWS, "", "How far back to look.")
    hold_minutes = minutes_field(
        "Resolve when good for", WAITS, "At once", "An alert then resolves by itself."
    )
    cooldown_minutes = minutes_field(
        "Then stay quiet for", WAITS, "Not at all", "So that what goes up and down tells you once."
    )
    remind_minutes = minutes_field(
        "Remind every", WAITS, "Never", "Until somebody acknowledges the alert."
    )
    recipients = forms.ModelMultipleChoiceField(
        queryset=Channel.objects.none(),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="Leave it empty to tell the organization's default channels.",
    )

    class Meta:
        model = AlertRule
        fields: ClassVar = [
            "name",
            "measure",
            "subject_id",
            "comparison",
            "threshold",
            "mode",
            "minimum_base",
            "window_minutes",
            "severity",
            "hold_minutes",
            "cooldown_minutes",
            "remind_minutes",
            "enabled",
        ]
        help_texts: ClassVar = {
            "threshold": "For a jump: how many times as much.",
            "minimum_base": "Below this the window before says nothing.",
        }

    class Media:
        css: ClassVar = {"all": ["governance/governance.css"]}
        js: ClassVar = ["governance/rule.js"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer("measure", measure_choices())
        self._offer("subject_id", subject_choices())
        self._offer_present_spans()
        if "threshold" in self.fields:
            self._fit_threshold()
        recipients: Any = self.fields["recipients"]
        recipients.queryset = Channel.objects.all()
        if not self.instance._state.adding:
            recipients.initial = list(self.instance.channels.values_list("pk", flat=True))

    def act(self) -> AlertRule:
        values = {**self.cleaned_data}
        channels = list(values.pop("recipients"))
        values["subject_id"] = values["subject_id"] or None
        if self.instance._state.adding:
            return create_rule(channels=channels, **values)
        return change_rule(self.instance, channels=channels, **values)

    def _fit_threshold(self) -> None:
        """Show plain numbers, and what the page needs to fit the threshold to the measure."""
        measure: Any = self.fields["measure"]
        facts = {one.name: threshold_facts(one.name) for one in MEASURES.values()}
        measure.widget.attrs["data-measures"] = json.dumps(facts)
        if self.instance._state.adding:
            chosen = self.initial.get("measure") or _first(measure.choices)
            if chosen in facts:
                self.initial["comparison"] = facts[chosen]["comparison"]
        else:
            chosen = self.instance.measure
        if chosen in facts:
            told = format_html('<span id="arm-threshold-hint">{}</span>', facts[chosen]["hint"])
            self.fields["threshold"].help_text = told
        for name in ("threshold", "minimum_base"):
            if isinstance(self.initial.get(name), Decimal):
                self.initial[name] = plain(self.initial[name])

    def _offer(self, name: str, choices: Choices) -> None:
        """Set the choices of a field; the present value stays among them."""
        field: Any = self.fields[name]
        known = {str(key) for _, group in choices for key, _ in _flat(group)}
        known |= {str(key) for key, label in choices if not isinstance(label, list)}
        present = getattr(self.instance, name)
        if present and str(present) not in known:
            choices = [*choices, (str(present), self.instance.subject_label or str(present))]
        field.choices = choices

    def _offer_present_spans(self) -> None:
        """Keep spans that were set over the API, though no list here names them."""
        for name in ("window_minutes", "hold_minutes", "cooldown_minutes", "remind_minutes"):
            field: Any = self.fields[name]
            present = getattr(self.instance, name)
            if present not in {key for key, _ in field.choices}:
                field.choices = [*field.choices, (present, span(present).capitalize())]


class RulePreviewForm(AlertRuleForm):
    """The same form, asked what the rule would do; a name may still be missing."""

    preview: Preview

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = False

    def act(self) -> AlertRule:
        values = {**self.cleaned_data}
        values.pop("recipients")
        values["subject_id"] = values["subject_id"] or None
        rule: AlertRule = self.instance
        self.preview = preview_rule(None if rule._state.adding else rule, **values)
        return rule


def plain(value: Decimal) -> str:
    """Return a number as people write it: 0, 25, -50, 0.2."""
    return f"{value.normalize():f}" if value else "0"


def threshold_facts(name: str) -> dict[str, str]:
    """Return on which side a measure is bad and how a threshold for it is written."""
    measure = MEASURES[name]
    return {
        "comparison": worse_side(lower_is_worse=measure.lower_is_worse).value,
        "hint": f"{measure.threshold_hint} For a jump: how many times as much.",
    }


def _first(choices: Any) -> str:
    """Return the value that stands first among choices in groups, or none."""
    for _, group in choices:
        for value, _ in _flat(group):
            return value
    return ""


def measure_choices() -> Choices:
    """Return what can be watched, grouped by what it is about."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for measure in MEASURES.values():
        about = f"Of {_each(measure.subject)}"
        label = f"{measure.label}: {measure.description.rstrip('.')}"
        groups.setdefault(about, []).append((measure.name, label))
    return sorted(groups.items())


def subject_choices() -> Choices:
    """Return the rows a rule can be about, by kind; where there are very many, the newest."""
    kinds = sorted({m.subject for m in MEASURES.values() if subjects.model_of(m.subject)})
    groups: Choices = [("", "All")]
    for kind in kinds:
        rows = subjects.model_of(kind).objects.order_by("-id")[:MOST_SUBJECTS]
        listed = sorted(((str(row.pk), str(row)) for row in rows), key=lambda item: item[1].lower())
        if listed:
            groups.append((f"{subjects.noun(kind).capitalize()}s", listed))
    return groups


def _each(subject: str) -> str:
    own = subject in {"", subjects.ORGANIZATION}
    return "the organization" if own else f"each {subjects.noun(subject)}"


def _flat(group: Any) -> list[tuple[str, str]]:
    return group if isinstance(group, list) else []
