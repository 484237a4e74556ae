"""The Studio's forms about agents."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django import forms
from django.forms.fields import InvalidJSONInput
from unfold.widgets import (
    UnfoldAdminExpandableTextareaWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from accounts.models import Membership, User
from agents.actions.inject_context import inject_context
from agents.actions.register_agent import register_agent
from agents.actions.remove_agent import remove_agent
from agents.actions.run_agent import run_agent
from agents.actions.update_agent import OPEN, update_agent
from agents.entries import LONGEST, LONGEST_DESCRIPTION
from agents.levers import Pull
from agents.models import Agent, AgentType, Environment
from agents.models.vendors import VENDORS
from connectors.forms import AskingForm

LONGEST_REASON = 300
LONGEST_INSTRUCTION = 20_000


class Prose(forms.CharField):
    """Text over several lines; the way browsers end lines is no change of it."""

    def to_python(self, value: Any) -> Any:
        return super().to_python(_unix(value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.to_python(initial), data)


class JSONText(forms.JSONField):
    """A JSON object, laid out for people."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"rows": 6, "spellcheck": "false"}
        super().__init__(required=False, widget=UnfoldAdminTextareaWidget(attrs=attrs), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, InvalidJSONInput | str):
            return value
        return json.dumps(value, ensure_ascii=False, indent=2) if value else ""


class MemberField(forms.ModelChoiceField[User]):
    """A member of the organization, or nobody."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            User.objects.none(),
            required=False,
            empty_label="Nobody",
            widget=UnfoldAdminSelectWidget,
            **kwargs,
        )

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name} ({obj.email})" if obj.name else obj.email


class AgentForm(AskingForm):
    """What people say of an agent. `OPEN` fields belong to any agent, the rest to own ones."""

    name = forms.CharField(max_length=LONGEST["name"], widget=UnfoldAdminTextInputWidget)
    type = forms.ChoiceField(choices=AgentType.choices, widget=UnfoldAdminSelectWidget)
    model = forms.CharField(
        required=False, max_length=LONGEST["model"], widget=UnfoldAdminTextInputWidget
    )
    owner = MemberField(help_text="Who answers for this agent.")
    environment = forms.ChoiceField(
        required=False, choices=Environment.choices, widget=UnfoldAdminSelectWidget
    )
    cost_center = forms.CharField(
        label="Cost centre",
        required=False,
        max_length=LONGEST["cost_center"],
        widget=UnfoldAdminTextInputWidget,
    )
    description = Prose(
        required=False,
        max_length=LONGEST_DESCRIPTION,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
    )
    config = JSONText(label="Configuration", help_text="A JSON object, if it is worth keeping.")
    metadata = JSONText(help_text="A JSON object.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = Membership.objects.values("user_id")
        owner: Any = self.fields["owner"]
        owner.queryset = User.objects.filter(pk__in=members).order_by("name", "email")

    def said(self) -> dict[str, Any]:
        """Return what was entered, with an empty object where no JSON was."""
        entered = dict(self.cleaned_data)
        return entered | {
            name: {} if entered[name] is None else entered[name]
            for name in ("config", "metadata")
            if name in entered
        }

    def whose(self) -> list[forms.BoundField]:
        """Return the fields that say whose an agent is."""
        return [self[name] for name in ("owner", "environment", "cost_center")]

    def json_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("config", "metadata") if name in self.fields]


class RegisterForm(AgentForm):
    """An agent that no vendor lists for ARM; only its name is required."""

    vendor = forms.ChoiceField(
        choices=list(VENDORS.items()), initial="custom", widget=UnfoldAdminSelectWidget
    )
    vendor_agent_id = forms.CharField(
        label="Id at the vendor",
        required=False,
        max_length=LONGEST["vendor_agent_id"],
        widget=UnfoldAdminTextInputWidget(attrs={"spellcheck": "false"}),
        help_text="How the agent is called where it runs. Leave empty and ARM makes one.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["type"].initial = AgentType.CUSTOM

    def act(self) -> Any:
        said = self.said()
        return register_agent(said.pop("name"), agent_type=said.pop("type"), **said)


class EditForm(AgentForm):
    """Changes what was changed in the form, and leaves alone what somebody else changed."""

    def __init__(self, agent: Agent, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.agent = agent
        for name in list(self.fields):
            if name not in OPEN and not agent.is_own:
                del self.fields[name]
        self.initial = {name: getattr(agent, name) for name in self.fields}
        self.initial["owner"] = agent.owner_id
        if not agent.is_own:
            self.fields[
                "description"
            ].help_text = (
                "It stands in place of the vendor's. Clear it, and the vendor's comes back."
            )

    def act(self) -> Any:
        said = self.said()
        return update_agent(self.agent, **{name: said[name] for name in self.changed_data})


class ReasonForm(AskingForm):
    """Why something is done to an agent: it stands in the audit log."""

    reason = forms.CharField(
        required=False,
        max_length=LONGEST_REASON,
        widget=UnfoldAdminExpandableTextareaWidget(attrs={"rows": 2}),
        help_text="It stands in the audit log.",
    )

    def __init__(self, agent: Agent, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.agent = agent


class RemoveForm(ReasonForm):
    """Takes an agent out of the inventory."""

    def act(self) -> Any:
        return remove_agent(self.agent, reason=self.cleaned_data["reason"])


class PullForm(ReasonForm):
    """Pulls the levers of an agent, or puts them back: whichever the action does."""

    def __init__(
        self, agent: Agent, action: Callable[..., Pull], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(agent, *args, **kwargs)
        self.action = action

    def act(self) -> Any:
        return self.action(self.agent, reason=self.cleaned_data["reason"])


class InstructForm(AskingForm):
    """ARM's text for an agent; `take_out` takes out what is there."""

    text = Prose(
        max_length=LONGEST_INSTRUCTION,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 10}),
    )
    take_out = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, agent: Agent, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.agent = agent
        self.fields["text"].required = "take_out" not in self.data

    def act(self) -> Any:
        text = "" if self.cleaned_data["take_out"] else self.cleaned_data["text"]
        return inject_context(self.agent, text)


class RunForm(AskingForm):
    """What an agent is to begin with; a form that is sent twice starts it once."""

    input = Prose(
        label="What to say to it",
        max_length=LONGEST_INSTRUCTION,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 8}),
    )
    key = forms.CharField(widget=forms.HiddenInput, max_length=64, initial=lambda: uuid4().hex)

    def __init__(self, agent: Agent, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.agent = agent

    def act(self) -> Any:
        return run_agent(self.agent, self.cleaned_data["input"], key=self.cleaned_data["key"])


def _unix(value: Any) -> Any:
    return value.replace("\r\n", "\n") if isinstance(value, str) else value
