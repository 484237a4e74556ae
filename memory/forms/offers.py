"""The Studio's form about which memory tools an agent may use."""

from typing import Any, ClassVar

from django import forms
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from accounts.scoping.admin import ActionForm
from agents.models import Agent
from memory.actions.offer_tools import offer_tools
from memory.models import Offer
from memory.toolbox import TOOLS


class OfferForm(ActionForm):
    """An agent, and the tools it may use."""

    tools = forms.MultipleChoiceField(
        label="It may use",
        choices=[(tool.name, f"{tool.title} ({tool.name})") for tool in TOOLS.values()],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="What an agent reads and keeps is its run's user's, or its own; never another's.",
    )

    class Meta:
        model = Offer
        fields: ClassVar = ["agent", "tools"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if agent := self.fields.get("agent"):
            agent.queryset = Agent.objects.all()  # type: ignore[attr-defined]
            agent.disabled = not self.instance._state.adding
            for link in ("add", "change", "delete", "view"):
                setattr(agent.widget, f"can_{link}_related", False)

    def act(self) -> Offer:
        offer = offer_tools(self.cleaned_data["agent"], self.cleaned_data["tools"])
        return offer or self.instance
