"""The Studio's form about schedules."""

from typing import Any, ClassVar

from django import forms
from django_celery_beat.models import PeriodicTask
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget

from accounts.scoping.admin import ActionForm
from jobs.actions.change_schedule import change_schedule, seconds_of

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
