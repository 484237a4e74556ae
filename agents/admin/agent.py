"""The inventory: the list of agents, and the way to each page about one."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import PAGE_VAR
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from unfold.decorators import action, display
from unfold.views import ChangeList

from accounts.permissions import has_permission, within_reach
from accounts.scoping.admin import StudioAdmin, run_on_each
from agents.actions.request_checks import request_checks
from agents.actions.request_pause import request_pause
from agents.actions.request_resume import request_resume
from agents.admin import filters
from agents.admin.deeds import AgentDeeds
from agents.admin.pages import AgentPages
from agents.admin.toolbar import toolbar
from agents.admin.words import STATUS_COLOURS
from agents.models import Agent
from agents.models.vendors import label_of
from agents.reports.finding import found

MOST_CHOSEN = 1_000


class AgentChangeList(ChangeList):  # type: ignore[misc]
    """Breaks ties in the direction of the order, so that an index serves both."""

    def chosen(self) -> Iterator[dict[str, str]]:
        """Yield the filters in force, in words, each with the way to the list without it."""
        for spec in self.filter_specs:
            value = spec.value()
            if value is not None:
                yield {
                    "title": spec.title,
                    "value": dict(spec.lookup_choices).get(value, value),
                    "url": self.get_query_string(remove=[spec.parameter_name, PAGE_VAR]),
                }

    def get_ordering(self, request: HttpRequest, queryset: Any) -> list[Any]:
        *terms, last = super().get_ordering(request, queryset)
        if terms and last == "-pk" and not terms[-1].startswith("-"):
            last = "pk"
        return [*terms, last]


@admin.register(Agent)
class AgentAdmin(AgentPages, AgentDeeds, StudioAdmin):
    lists_reach = True
    permissions = {
        "view": "agents.read",
        "add": "agents.write",
        "change": "agents.write",
    }
    list_display = [
        "agent",
        "health_state",
        "status_label",
        "model_name",
        "owned_by",
        "environment_name",
        "cost_centre",
        "active",
    ]
    list_filter = filters.FILTERS
    list_filter_sheet = True
    show_facets = admin.ShowFacets.NEVER
    list_select_related = ["owner"]
    search_fields = ["name"]
    search_help_text = "Words of a name, or an id at the vendor"
    actions = ["check_now", "pause", "resume"]
    change_list_template = "agents/change_list.html"
    list_before_template = "agents/toolbar.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Agent]:
        rows = Agent.objects.defer("config", "metadata", "description")
        return within_reach(rows, "agents.read")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        return AgentChangeList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Agent], search_term: str
    ) -> tuple[QuerySet[Agent], bool]:
        return (found(queryset, search_term) if search_term.strip() else queryset), False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        return lookup in {each.parameter_name for each in self.list_filter}

    def has_check_permission(self, request: HttpRequest) -> bool:
        return has_permission("agents.check")

    def has_pause_permission(self, request: HttpRequest) -> bool:
        return has_permission("agents.pause")

    def get_urls(self) -> list[Any]:
        return [*self.own_urls(), *self.deed_urls(), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if wrong := filters.misread(request.GET):
            return _without(request, wrong)
        extra = {**toolbar(request.GET), **(extra_context or {})}
        answer: HttpResponse = super().changelist_view(request, extra)
        return answer

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.register_page(request)

    def change_view(
        self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        return self.show(request, object_id)

    @display(description="Agent", ordering="name")
    def agent(self, row: Agent) -> str:
        label = label_of(row.vendor)
        return render_to_string("agents/cell_name.html", {"row": row, "label": label})

    @display(description="Health", ordering="known_score")
    def health_state(self, row: Agent) -> str:
        return render_to_string("agents/cell_health.html", {"row": row})

    @display(description="Status", label=STATUS_COLOURS)
    def status_label(self, row: Agent) -> str:
        return row.get_status_display()

    @display(description="Model")
    def model_name(self, row: Agent) -> str | None:
        return row.model or None

    @display(description="Owner")
    def owned_by(self, row: Agent) -> str | None:
        return (row.owner.name or row.owner.email) if row.owner else None

    @display(description="Environment")
    def environment_name(self, row: Agent) -> str | None:
        return row.get_environment_display() if row.environment else None

    @display(description="Cost centre")
    def cost_centre(self, row: Agent) -> str | None:
        return row.cost_center or None

    @display(description="Last active", ordering="known_activity")
    def active(self, row: Agent) -> str | None:
        if row.last_active_at is None:
            return None
        return render_to_string("agents/cell_moment.html", {"at": row.last_active_at})

    @action(description="Check now", permissions=["check"])
    def check_now(self, request: HttpRequest, queryset: Any) -> None:
        chosen = _chosen(request, queryset.present())
        if chosen:
            request_checks(chosen)
            told = f"Checks under way: {len(chosen)}. Reload to see what they found."
            messages.success(request, told)

    @action(description="Pause", permissions=["pause"])
    def pause(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        """Say first what it stops, group by group; the answer to that pauses."""
        chosen = _chosen(request, queryset.select_related("connection"))
        if chosen and "confirmed" not in request.POST:
            return self.pause_chosen_page(request, chosen)
        done = "Paused at ARM's own gate; what starts them at their vendors is being stopped"
        run_on_each(request, chosen, request_pause, done)
        return None

    @action(description="Resume", permissions=["pause"])
    def resume(self, request: HttpRequest, queryset: Any) -> None:
        done = "Being resumed; reload to see what came of it"
        run_on_each(request, _chosen(request, queryset), request_resume, done)


def _without(request: HttpRequest, wrong: Mapping[str, str]) -> HttpResponse:
    """Lead to the list without what it does not know, and say what that was."""
    told = ", ".join(f"{name}={value}"[:60] for name, value in wrong.items())
    messages.warning(request, f"This list does not know {told}, so it was left out.")
    kept = request.GET.copy()
    for name in wrong:
        del kept[name]
    return HttpResponseRedirect(f"{request.path}?{kept.urlencode()}" if kept else request.path)


def _chosen(request: HttpRequest, queryset: Any) -> list[Agent]:
    """Return the chosen agents, or none and a word about it where they are too many at once."""
    chosen = list(queryset[: MOST_CHOSEN + 1])
    if len(chosen) > MOST_CHOSEN:
        messages.error(request, f"Choose at most {MOST_CHOSEN:,} agents at once.")
        return []
    return chosen
