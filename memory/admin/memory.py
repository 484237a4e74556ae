"""What agents know: the list, and one memory with its story."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import path, reverse
from unfold.decorators import action, display
from unfold.views import ChangeList

from accounts.permissions import has_permission
from accounts.scoping.admin import StudioAdmin, run_on_each
from accounts.scoping.cells import moment
from accounts.scoping.dialogs import answer, dialog
from memory.access import reach_of_call
from memory.actions.erase_memories import erase_memories
from memory.actions.forget import forget
from memory.actions.read_memories import read_memories
from memory.actions.read_story import read_story
from memory.actions.restore_memory import restore_memory
from memory.admin.passphrase import show_passphrase
from memory.admin.review import ReviewsMemories
from memory.admin.usage import show_usage
from memory.admin.words import KIND_COLOURS, STATE_COLOURS, shortened
from memory.forms import MemoryForm, NewMemoryForm
from memory.models import Memory, MemoryState

LIST = "admin:memory_memory_changelist"
TIMES = ["valid_from", "valid_until", "expires_at"]


class StateFilter(admin.SimpleListFilter):
    """By state; without a choice, what may be found now."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [*MemoryState.choices[1:], ("all", "All")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() is None:
            return queryset.present()
        return queryset if self.value() == "all" else queryset.filter(state=self.value())

    def choices(self, changelist: Any) -> Any:
        """Name the choice without a value by what it shows."""
        first, *others = super().choices(changelist)
        return [{**first, "display": "Live"}, *others]


class MemoryList(ChangeList):  # type: ignore[misc]
    """Opens what stands on the page, and records that it was read."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows: list[Any] = list(vars(self)["result_list"])
        for row, opened in zip(rows, read_memories(rows, how="list"), strict=True):
            row.told = opened.content
        self.result_list = rows


@admin.register(Memory)
class MemoryAdmin(ReviewsMemories, StudioAdmin):
    permissions = {
        "view": "memories.read",
        "add": "memories.write",
        "change": "memories.write",
    }
    list_title = "Memories"
    add_words = "Write a memory"
    save_words = "Remember"
    empty_title = "Nothing is remembered yet"
    empty_text = (
        "Agents keep what they learn by the memory tools, apps by /api/v1/context, and people by"
        " writing it here. Everything has an owner, and only who may find it finds it."
    )
    change_list_template = "memory/memories.html"
    change_form_template = "memory/memory.html"
    list_display = ["what", "whose_cell", "kind_label", "store_label", "used_cell", "kept_cell"]
    list_filter = [StateFilter, "owner_type", "store", "kind", "horizon", "visibility"]
    list_filter_sheet = True
    search_fields = ["label", "key", "owner_id"]
    search_help_text = "The beginning of a label, a key or an owner's name"
    autocomplete_fields = ["agent"]
    ordering = ("-created_at", "-id")
    actions = ["approve_chosen", "discard_chosen", "forget_chosen"]
    actions_detail = ["approve_one", "discard_one", "forget_one", "restore_one", "erase_one"]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Memory]":
        return reach_of_call().rows().select_related("agent")

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[Any, bool]:
        return queryset.beginning(search_term.strip()), False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        return MemoryList

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        kwargs["form"] = MemoryForm if obj else NewMemoryForm
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Memory | None = None) -> Any:
        said = ["label", ("kind", "horizon"), ("visibility", "confidence")]
        if obj is None:
            begin = ["content", ("owner_type", "owner_id"), "agent", ("store", "key")]
            return [(None, {"fields": [*begin, *said]}), _more()]
        is_open = self.has_change_permission(request, obj)
        return [(None, {"fields": ["content", *said] if is_open else said}), _more()]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_shut = obj is not None and (obj.is_locked or obj.state == MemoryState.FORGOTTEN)
        return not is_shut and super().has_change_permission(request, obj)

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(show_usage)
        locked = self.admin_site.admin_view(show_passphrase)
        return [
            path("<uuid:pk>/passphrase", locked, name="memory_memory_passphrase"),
            path("usage", view, name="memory_usage"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        extra = _story(row) if row is not None and self.has_view_permission(request, row) else {}
        shown: HttpResponse = super().change_view(
            request, object_id, form_url, {**extra, **(extra_context or {})}
        )
        return shown

    @display(description="Memory")
    def what(self, row: Memory) -> str:
        told = getattr(row, "told", None)
        text = shortened(told) if told is not None else ""
        return render_to_string("memory/cell.html", {"row": row, "text": text})

    @display(description="Of")
    def whose_cell(self, row: Memory) -> str:
        return row.whose

    @display(description="Kind", label=KIND_COLOURS)
    def kind_label(self, row: Memory) -> str:
        return row.get_kind_display()

    @display(description="Store")
    def store_label(self, row: Memory) -> str:
        return row.get_store_display()

    @display(description="Used")
    def used_cell(self, row: Memory) -> str | None:
        return f"{row.uses:,}" if row.uses else None

    @display(description="Since", ordering="created_at")
    def kept_cell(self, row: Memory) -> str | None:
        return moment(row.created_at)

    def has_forget_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return has_permission("memories.write")

    def has_keep_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return has_permission("memories.write") and self._is_forgotten(object_id) is not True

    def has_restore_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return has_permission("memories.write") and self._is_forgotten(object_id) is True

    def _is_forgotten(self, object_id: Any) -> bool | None:
        """Tell whether the memory of a page was forgotten; None where there is no page of one."""
        states = Memory.objects.filter(pk=object_id).values_list("state", flat=True)
        state = states.first() if object_id else None
        return None if state is None else state == MemoryState.FORGOTTEN

    @action(description="Forget", permissions=["forget"])
    def forget_chosen(self, request: HttpRequest, queryset: Any) -> None:
        run_on_each(request, queryset, forget, "Forgotten; each can be restored for 30 days")

    @action(
        description="Forget",
        icon="backspace",
        permissions=["keep"],
        dialog=dialog(
            "Forget this memory?",
            "Nothing finds it any more. It can be restored for 30 days, then it is erased.",
            "Forget",
        ),
    )
    def forget_one(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        return self._done(request, object_id, forget, "Forgotten. It can be restored for 30 days.")

    @action(
        description="Restore",
        icon="restore",
        permissions=["restore"],
        dialog=dialog("Restore this memory?", "It is found again as before.", "Restore"),
    )
    def restore_one(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        return self._done(request, object_id, restore_memory, "It is found again.")

    @action(
        description="Erase",
        icon="delete_forever",
        permissions=["forget"],
        dialog=dialog(
            "Erase this memory for good?",
            "It goes with its versions, vectors and uses, and so does whatever was concluded from"
            " it. This cannot be undone.",
            "Erase for good",
        ),
    )
    def erase_one(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        return self._done(request, object_id, _erase, "Erased, with what was concluded from it.")

    def _done(self, request: HttpRequest, object_id: str, act: Any, done: str) -> HttpResponse:
        row = self.get_object(request, object_id)
        return answer(request, row, act, done, otherwise=reverse(LIST))


def _erase(row: Memory) -> None:
    erase_memories([row], with_derived=True)


def _more() -> tuple[str, dict[str, Any]]:
    return "Validity and metadata", {"fields": [*TIMES, "metadata"], "classes": ["collapse"]}


def _story(row: Memory) -> dict[str, Any]:
    """Return what the page of a memory tells beside its form."""
    story = read_story(row)
    return {
        "memory": row,
        "told": story.opened.content,
        "story": story,
        "kind_colour": KIND_COLOURS[row.get_kind_display()],
        "state_colour": STATE_COLOURS[row.get_state_display()],
        "derived": Memory.objects.filter(pk__in=story.derived[:20]),
        "may_see_runs": has_permission("runs.read"),
    }
