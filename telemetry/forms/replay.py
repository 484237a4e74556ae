"""The Studio's form by which a failed run is done again."""

from typing import Any
from uuid import uuid4

from django import forms
from unfold.widgets import UnfoldAdminTextareaWidget

from agents.actions.run_agent import LONGEST
from connectors.forms import AskingForm
from telemetry.actions.replay_run import replay_run
from telemetry.models import Run


class ReplayForm(AskingForm):
    """What the agent is asked; a form that is sent twice starts it once."""

    input = forms.CharField(
        label="What to ask it",
        max_length=LONGEST,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 8}),
    )
    key = forms.CharField(widget=forms.HiddenInput, max_length=64, initial=lambda: uuid4().hex)

    def __init__(self, run: Run, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.run = run

    def act(self) -> Any:
        return replay_run(self.run, self.cleaned_data["input"], key=self.cleaned_data["key"])
