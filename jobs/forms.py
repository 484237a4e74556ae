"""The Studio's forms about schedules and subscriptions."""

from typing import Any, ClassVar

from django import forms
from django_celery_beat.models import PeriodicTask
from unfold.forms import BaseDialogForm
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminPasswordWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from accounts.scoping.admin import ActionForm
from armproject.lib.secret import Secret
from jobs.actions.change_schedule import change_schedule, seconds_of
from jobs.actions.change_subscription import change_subscription
from jobs.actions.create_subscription import create_subscription
from jobs.models import Subscription
from jobs.sinks import SINKS
from jobs.topics import TOPICS

UNITS = ((1, "seconds"), (60, "minutes"), (3_600, "hours"), (86_400, "days"))


class ScheduleForm(ActionForm):
    """How often, and whether at all."""

    every = forms.IntegerField(min_value=1, widget=UnfoldAdminIntegerFieldWidget)
    unit = forms.TypedChoiceField(choices=UNITS, coerce=int, widget=UnfoldAdminSelectWidget)

    class Meta:
        model = PeriodicTask
        fields: ClassVar = ["enabled"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["enabled"].label = "On"
        self.fields["enabled"].help_text = "Off: this work is not done by itself any more."
        seconds = seconds_of(self.instance) or 60
        unit = max(size for size, _ in UNITS if seconds % size == 0)
        self.initial.update(every=seconds // unit, unit=unit)

    def act(self) -> PeriodicTask:
        values = self.cleaned_data
        seconds = values["every"] * values["unit"]
        return change_schedule(self.instance, seconds=seconds, enabled=values["enabled"])

    def add_error(self, field: str | None, error: Any) -> None:
        """Say what the action says of the seconds beside the number people see."""
        super().add_error("every" if field == "seconds" else field, error)


class SubscriptionForm(ActionForm):
    """Where news goes, and of what. What is secret is typed in and never shown again."""

    kind = forms.ChoiceField(widget=UnfoldAdminSelectWidget)
    address = forms.CharField(
        required=False,
        max_length=2000,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "off"}),
        help_text="The URL that is called. Kept sealed and not shown again.",
    )
    topics = forms.MultipleChoiceField(
        label="Hears of", widget=UnfoldAdminCheckboxSelectMultipleWidget
    )
    is_on = forms.BooleanField(
        label="On",
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text="Off: what happens meanwhile passes it by.",
    )

    class Meta:
        model = Subscription
        fields: ClassVar = ["name"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.made: Secret | None = None
        labels = [(topic.name, f"{topic.label} ({topic.name})") for topic in TOPICS.values()]
        kinds = [(kind, sink.label) for kind, sink in SINKS.items()]
        for name, choices in (("topics", labels), ("kind", kinds)):
            if name in self.fields:
                self.fields[name].choices = choices  # type: ignore[attr-defined]
        if not self.instance._state.adding:
            self.initial.update(topics=self.instance.topics, is_on=self.instance.is_on)
            if "address" in self.fields:
                self.fields["address"].label = "New address"

    def act(self) -> Subscription:
        values = {**self.cleaned_data}
        typed = values.pop("address", "")
        if self.instance._state.adding:
            subscription, self.made = create_subscription(
                values["name"],
                address=Secret(typed),
                topics=values["topics"],
                kind=values["kind"],
            )
            return subscription
        return change_subscription(
            self.instance,
            name=values["name"],
            topics=values["topics"],
            is_on=values["is_on"],
            address=Secret(typed) if typed else None,
        )


class SinceForm(BaseDialogForm):  # type: ignore[misc]
    """A dialog that asks for a moment."""

    since = forms.DateTimeField(
        widget=UnfoldAdminTextInputWidget, help_text="In UTC, such as 2026-01-31 12:00."
    )
