"""Preferences, who decides what is remembered, and what was looked through."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.decorators import display

from accounts.scoping.admin import StudioAdmin
from accounts.scoping.cells import moment
from memory.access import reach_of_call, users_within
from memory.actions.drop_learning import drop_learning
from memory.actions.drop_preference import drop_preference
from memory.actions.read_preferences import read_preferences
from memory.admin.words import shortened
from memory.forms.learning import ExtractionForm, LearningForm, PreferenceForm
from memory.models import Extraction, ExtractionState, LearningDay, LearningSetting, Preference

EXTRACTION_COLOURS = {
    ExtractionState.WAITING.label: "info",
    ExtractionState.DONE.label: "success",
    ExtractionState.REFUSED.label: "danger",
}
GONE = "Its key is gone."


class PreferenceList(ChangeList):
    """Opens what stands on the page, and records that it was read."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows: list[Any] = list(vars(self)["result_list"])
        for row, read in zip(rows, read_preferences(rows, how="list"), strict=True):
            row.opened = read.told
        self.result_list = rows


@admin.register(Preference)
class PreferenceAdmin(StudioAdmin):
    permissions = {
        "view": "memories.read",
        "add": "memories.write",
        "change": "memories.write",
        "delete": "memories.write",
    }
    form = PreferenceForm
    list_title = "Preferences"
    add_words = "Set a preference"
    save_words = "Set it"
    delete_words = "Drop this preference"
    empty_title = "Nobody's preferences are known yet"
    empty_text = (
        "How people, and the organization, like things done: set by hand, by apps over"
        " /api/v1/preferences, or observed in interactions once a model is named under Learning."
    )
    list_display = ["what", "whose_cell", "value_cell", "sure", "seen", "observed"]
    list_filter = ["category", "is_trusted"]
    search_fields = ["category", "key", "user"]
    search_help_text = "The beginning of a category, a key or a user's name"
    ordering = ("-last_observed_at", "-id")

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Preference]":
        return Preference.objects.of_users(users_within(reach_of_call()))

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[Any, bool]:
        term = search_term.strip()
        return queryset.found(term) if term else queryset, False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        return PreferenceList

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        row: Any = super().get_object(request, object_id, from_field)
        if row is not None:
            row.opened = read_preferences([row])[0].told
        return row

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        said = ["value", "examples"]
        if obj is not None and not self.has_change_permission(request, obj):
            said = ["value_cell", "examples_cell"]
        seen = ["former_cell", "sure", "seen", "observed", "origin"] if obj else []
        return ["user", ("category", "key"), *said, *seen]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        seen = ["value_cell", "examples_cell", "former_cell", "sure", "seen", "observed", "origin"]
        return seen if obj else []

    def delete_model(self, request: HttpRequest, obj: Preference) -> None:
        drop_preference(obj)

    @display(description="Preference")
    def what(self, row: Preference) -> str:
        return str(row)

    @display(description="Of")
    def whose_cell(self, row: Preference) -> str:
        return row.whose

    @display(description="Value")
    def value_cell(self, row: Any) -> str:
        told = getattr(row, "opened", None)
        return shortened(told.value) if told else GONE

    @display(description="Examples")
    def examples_cell(self, row: Any) -> str | None:
        told = getattr(row, "opened", None)
        return " · ".join(told.examples) or None if told else None

    @display(description="Formerly")
    def former_cell(self, row: Any) -> str | None:
        told = getattr(row, "opened", None)
        former = told.former if told else ()
        return " · ".join(f"{each.value} (until {each.until[:10]})" for each in former) or None

    @display(description="Sure")
    def sure(self, row: Preference) -> str:
        return "set by a person" if row.is_trusted else f"{row.confidence:.0%}"

    @display(description="Seen")
    def seen(self, row: Preference) -> str:
        return "once" if row.observations == 1 else f"{row.observations:,} times"

    @display(description="Last observed", ordering="last_observed_at")
    def observed(self, row: Preference) -> str | None:
        return moment(row.last_observed_at)

    @display(description="From")
    def origin(self, row: Preference) -> str:
        return " ".join(filter(None, (row.get_source_type_display(), row.source_id)))


@admin.register(LearningSetting)
class LearningSettingAdmin(StudioAdmin):
    permissions = {
        "view": "memories.read",
        "add": "memories.manage",
        "change": "memories.manage",
        "delete": "memories.manage",
    }
    form = LearningForm
    list_title = "Learning"
    add_words = "Set how it learns"
    delete_words = "Drop this setting"
    empty_title = "Nothing is guessed"
    empty_text = (
        "Only what is written is remembered. Name a model, at any endpoint of OpenAI's dialect,"
        " and it decides what of an interaction is worth remembering, within a budget you set."
    )
    list_display = ["whose", "decides", "by_itself", "calls_today", "spent_today"]
    list_select_related = ["agent"]
    autocomplete_fields = ["agent"]
    ordering = ("created_at", "id")

    def get_queryset(self, request: HttpRequest) -> "QuerySet[LearningSetting]":
        return LearningSetting.objects.select_related("agent")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        is_open = obj is None or self.has_change_permission(request, obj)
        model = ["agent", "base_url", "model", *(["key"] if is_open else [])]
        return [
            (None, {"fields": model}),
            ("Budget of a day", {"fields": [("daily_calls", "daily_cost")]}),
            ("By itself", {"fields": ["extracts", "enriches", "enrich_tokens"]}),
        ]

    def delete_model(self, request: HttpRequest, obj: LearningSetting) -> None:
        drop_learning(obj)

    @display(description="Of")
    def whose(self, row: LearningSetting) -> str:
        return str(row)

    @display(description="What to remember is decided by")
    def decides(self, row: LearningSetting) -> str:
        return row.model if row.has_model else "what is written alone"

    @display(description="By itself")
    def by_itself(self, row: LearningSetting) -> str | None:
        told = ("learns from runs" if row.extracts else "", "enriches" if row.enriches else "")
        return ", ".join(filter(None, told)) or None

    @display(description="Calls today")
    def calls_today(self, row: LearningSetting) -> str:
        day = self._today(row)
        return f"{day.calls if day else 0:,} of {row.daily_calls:,}"

    @display(description="Spent today")
    def spent_today(self, row: LearningSetting) -> str:
        day = self._today(row)
        return f"${day.cost if day else 0:,.2f} of ${row.daily_cost:,.2f}"

    def _today(self, row: Any) -> LearningDay | None:
        if not hasattr(row, "today"):
            row.today = LearningDay.objects.of(row, timezone.now().date()).first()
        found: LearningDay | None = row.today
        return found


@admin.register(Extraction)
class ExtractionAdmin(StudioAdmin):
    permissions = {"view": "memories.read_private", "add": "memories.write"}
    form = ExtractionForm
    list_title = "Looked through"
    add_words = "Look through an interaction"
    save_words = "Look it through"
    empty_title = "No interaction was looked through yet"
    empty_text = (
        "Paste one, send it to /api/v1/context/extract, or switch on learning from finished runs"
        " under Learning. A model then notes facts, preferences and intent."
    )
    list_display = ["what", "whose_cell", "state_label", "came_of_it", "why_not", "since"]
    list_filter = ["state", "owner_type"]
    list_select_related = ["agent"]
    autocomplete_fields = ["agent"]
    ordering = ("-created_at", "-id")

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Extraction]":
        return Extraction.objects.select_related("agent")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        if obj is None:
            return ["text", ("owner_type", "owner_id"), "agent", "source_id"]
        return ["what", "whose_cell", "state_label", "came_of_it", "why_not", "model", "run_id"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return self.get_fields(request, obj) if obj else []

    @display(description="Interaction")
    def what(self, row: Extraction) -> str:
        return str(row)

    @display(description="Of")
    def whose_cell(self, row: Extraction) -> str:
        return row.whose

    @display(description="State", label=EXTRACTION_COLOURS)
    def state_label(self, row: Extraction) -> str:
        return row.get_state_display()

    @display(description="Came of it")
    def came_of_it(self, row: Extraction) -> str | None:
        if row.state != ExtractionState.DONE:
            return None
        known = "memory" if row.memories == 1 else "memories"
        liked = "preference" if row.preferences == 1 else "preferences"
        told = f"{row.memories:,} {known}, {row.preferences:,} {liked}"
        return f"{told}, {row.withheld:,} withheld" if row.withheld else told

    @display(description="Why not")
    def why_not(self, row: Extraction) -> str | None:
        return row.reason or None

    @display(description="Since", ordering="created_at")
    def since(self, row: Extraction) -> str | None:
        return moment(row.created_at)
