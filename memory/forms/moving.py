"""The Studio's forms for memories on their way: files out and in, agents, services outside."""

from typing import Any, ClassVar
from uuid import UUID

from django import forms
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminFileFieldWidget,
    UnfoldAdminPasswordWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from accounts.fence import fenced
from accounts.scoping.admin import ActionForm
from agents.models import Agent
from armproject.lib.errors import InvalidInput
from armproject.lib.parsing import parse_json
from armproject.lib.secret import Secret
from connectors.forms import AskingForm
from memory.access import reach_of_call
from memory.actions.add_external_store import add_external_store
from memory.actions.change_external_store import change_external_store
from memory.actions.examine_import import examine_import
from memory.actions.export_memories import Selection, export_memories
from memory.actions.inject import inject
from memory.actions.preview_injection import preview_injection
from memory.formats import FORMATS, WRITTEN, bundle
from memory.models import ExternalStore, Kind, Memory, OwnerType, Store
from memory.owners import ORGANIZATION, Owner

LARGEST = 32 * 2**20
MOST_VALUES = 1_000_000
MOST_SHOWN = 100
ANY = ("", "Any")


def _line(**attrs: str) -> Any:
    return UnfoldAdminTextInputWidget(attrs={**attrs, "spellcheck": "false"})


def _choice(label: str, choices: list[Any], **more: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, required=False, choices=choices, widget=UnfoldAdminSelectWidget, **more
    )


class FileForm(AskingForm):
    """A file of memories, to be looked at."""

    file = forms.FileField(
        label="File",
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".json,.af,application/json"}),
        help_text="JSON of at most 32 MB: a bundle of ARM, or a dump of mem0, Zep, Letta, OpenAI,"
        " Anthropic, or plain texts.",
    )
    format = _choice(
        "Read it as",
        [("", "Whatever it looks like"), *((each.name, each.label) for each in FORMATS.values())],
    )
    owner_type = forms.ChoiceField(
        label="What names no owner becomes that of",
        choices=OwnerType.choices,
        initial=OwnerType.ORGANIZATION,
        widget=UnfoldAdminSelectWidget,
    )
    owner_id = forms.CharField(
        label="Which one",
        required=False,
        max_length=200,
        widget=_line(),
        help_text="A user's or app's name, an agent's or run's id; empty for the organization.",
    )

    def act(self) -> Any:
        told, file = self.cleaned_data, self.cleaned_data["file"]
        document = parse_json(file.read(LARGEST + 1), max_bytes=LARGEST, max_nodes=MOST_VALUES)
        owner_type = told["owner_type"]
        is_ours = owner_type == OwnerType.ORGANIZATION
        owner = ORGANIZATION if is_ours else Owner(owner_type, told["owner_id"])
        name = "".join(each for each in file.name if each.isprintable())[-200:]
        return examine_import(document, name=name, format=told["format"], owner=owner)


class ExportForm(AskingForm):
    """Which memories, as which file."""

    format = forms.ChoiceField(
        label="File",
        choices=list(WRITTEN.items()),
        initial=bundle.NAME,
        widget=UnfoldAdminSelectWidget,
        help_text="Only a bundle is complete: it comes back exactly, with checksum and signature.",
    )
    owner_type = _choice("Of", [("", "Everybody"), *OwnerType.choices])
    owner_id = forms.CharField(label="Which one", required=False, max_length=200, widget=_line())
    store = _choice("Store", [ANY, *Store.choices])
    kind = _choice("Kind", [ANY, *Kind.choices])
    with_versions = forms.BooleanField(
        label="With former versions", required=False, widget=UnfoldBooleanSwitchWidget
    )

    def act(self) -> Any:
        told = self.cleaned_data
        owner = Owner(told["owner_type"], told["owner_id"]) if told["owner_type"] else None
        selection = Selection(
            owner=owner,
            store=told["store"],
            kind=told["kind"],
            with_versions=told["with_versions"],
        )
        return export_memories(selection, format=told["format"])


class PutInForm(AskingForm):
    """Which memories go into which agent; previewed first, then put in as it was seen."""

    agent = forms.CharField(
        max_length=300,
        widget=_line(list="agents"),
        help_text="Its name as in the inventory, or its id.",
    )
    memories = forms.MultipleChoiceField(
        required=False, widget=UnfoldAdminCheckboxSelectMultipleWidget
    )
    with_preferences = forms.BooleanField(
        label="Confirmed preferences, too", required=False, widget=UnfoldBooleanSwitchWidget
    )
    user = forms.CharField(
        label="Of user",
        required=False,
        max_length=200,
        widget=_line(),
        help_text="Adds the preferences of this user to everybody's.",
    )
    expected = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, chosen: list[str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.preview: Any = None
        with fenced():
            self.offered = offered(chosen or [])
        names = [(str(row.pk), shown(row)) for row in self.offered]
        self.fields["memories"].choices = names  # type: ignore[attr-defined]
        self.fields["memories"].initial = chosen or []

    def act(self) -> Any:
        told = self.cleaned_data
        agent = named_agent(told["agent"])
        with fenced():
            found = {str(row.pk): row for row in Memory.objects.filter(pk__in=told["memories"])}
        memories = [found[each] for each in told["memories"] if each in found]
        asked = {"with_preferences": told["with_preferences"], "user": told["user"]}
        if "put" in self.data:
            return inject(agent, memories, expected=told["expected"] or None, **asked)
        self.preview = preview_injection(agent, memories, **asked)
        return None


def offered(chosen: list[str]) -> list[Memory]:
    """Return what may be put into agents: what was chosen, then the newest, each once."""
    rows = reach_of_call().rows().present().filter(is_trusted=True, is_locked=False)
    ids = [each for each in chosen if _is_id(each)]
    first = list(rows.filter(pk__in=ids))
    return first + list(rows.exclude(pk__in=ids).order_by("-created_at", "-id")[:MOST_SHOWN])


def shown(memory: Memory) -> str:
    """Return how a memory is named where people choose; what it says stays closed."""
    return f"{memory} · {memory.get_kind_display().lower()} of {memory.whose}"


def named_agent(name: str) -> Agent:
    """Return the agent with this id or name; raises InvalidInput where it is not exactly one."""
    with fenced():
        rows = Agent.objects.filter(pk=name) if _is_id(name) else Agent.objects.filter(name=name)
        found: list[Agent] = list(rows[:2])
    if len(found) == 1:
        return found[0]
    problem = "No agent has this name." if not found else "Several have this name: enter the id."
    raise InvalidInput(problem, fields={"agent": [problem]})


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


class ExternalStoreForm(ActionForm):
    """A memory service outside. What is secret is typed in and never shown again."""

    address = forms.CharField(
        required=False,
        max_length=2000,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "off"}),
        help_text="Its base URL: memories are put to …/memories/{id}. Kept sealed.",
    )
    key = forms.CharField(
        required=False,
        max_length=1000,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
        help_text="Sent as a bearer token. Kept sealed; another address needs it again.",
    )
    is_on = forms.BooleanField(
        label="On",
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text="Off: it is told nothing; switched on again it is compared.",
    )

    class Meta:
        model = ExternalStore
        fields: ClassVar = ["name"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance._state.adding:
            for name in {"address", "key"} & self.fields.keys():
                self.fields[name].required = True
        else:
            self.initial.update(is_on=self.instance.subscription.is_on)
            for name in ("address", "key"):
                if name in self.fields:
                    self.fields[name].label = f"New {name}"

    def act(self) -> ExternalStore:
        told = self.cleaned_data
        address, key = Secret(told.get("address", "")), Secret(told.get("key", ""))
        if self.instance._state.adding:
            return add_external_store(told["name"], address=address, key=key)
        return change_external_store(
            self.instance,
            name=told["name"],
            address=address if address.reveal() else None,
            key=key if key.reveal() else None,
            is_on=told["is_on"],
        )
