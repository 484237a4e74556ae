"""Runs: the list, and the page about one."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path
from unfold.decorators import display

from accounts.permissions import has_permission
from accounts.scoping.admin import ReadOnlyAdmin
from accounts.scoping.cells import moment
from telemetry.actions.export_run import export_run
from telemetry.actions.export_runs import export_runs
from telemetry.admin import filters
from telemetry.admin.feedback import feedback_on, take_feedback
from telemetry.admin.replaying import ReplayPage, kin_of
from telemetry.admin.said import said, session
from telemetry.admin.trail import trail_file
from telemetry.identity import unsigned
from telemetry.models import Run
from telemetry.reports.run_spans import spans_of
from telemetry.reports.run_tree import drawn, run_tree
from telemetry.wording import STATUS_COLOURS, dollars, priced, short, took


@admin.register(Run)
class RunAdmin(ReplayPage, ReadOnlyAdmin):
    permissions = {"view": "runs.read"}
    change_list_template = "telemetry/runs.html"
    list_display = ["what", "status_label", "started", "lasted", "calls", "used", "price"]
    list_display_links = ["what"]
    list_filter = filters.FILTERS
    list_before_template = "telemetry/toolbar.html"
    list_filter_sheet = True
    list_select_related = ["source"]
    search_fields = ["trace_id"]
    search_help_text = "A whole trace, user, session or agent"
    ordering = ("-started_at", "-id")

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path("export.csv", view(self.export_list_view), name="telemetry_run_export_list"),
            path("conversation/", view(self.session_view), name="telemetry_run_session"),
            path("<uuid:pk>/export.csv", view(self.export_view), name="telemetry_run_export"),
            path("<uuid:pk>/trail.json", view(self.trail_view), name="telemetry_run_trail"),
            path("<uuid:pk>/feedback/", view(self.feedback_view), name="telemetry_run_feedback"),
            path("<uuid:pk>/replay/", view(self.replay_view), name="telemetry_run_replay"),
            path("<uuid:pk>/steps/<uuid:step>/", view(self.step_view), name="telemetry_run_step"),
            *super().get_urls(),
        ]

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[Any, bool]:
        term = search_term.strip()
        return (queryset.found(term) if term else queryset), False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        return lookup in {each.parameter_name for each in filters.FILTERS}

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        extra = {
            "has_runs": Run.objects.exists(),
            "export_query": request.GET.urlencode(),
            "may_issue": has_permission("api_keys.write"),
            **(extra_context or {}),
        }
        answer: HttpResponse = super().changelist_view(request, extra)
        return answer

    def change_view(
        self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Show one run: what it took, and its steps in time."""
        run = self._run(request, object_id)
        tree = run_tree(run)
        context = {
            **self.admin_site.each_context(request),
            "title": str(run),
            "run": run,
            **kin_of(run),
            "status_colour": STATUS_COLOURS[run.get_status_display()],
            "lasted": took(run.duration),
            "price": priced(run.cost, run.unpriced),
            "steps": drawn(run, tree),
            "left_out": tree.left_out,
            "span_us": round(run.duration.total_seconds() * 1_000_000),
            "may_see_agents": has_permission("agents.read"),
            **said(run, is_asked="said" in request.GET),
            **feedback_on(run),
        }
        return TemplateResponse(request, "telemetry/run.html", context)

    def session_view(self, request: HttpRequest) -> HttpResponse:
        """Show all runs of one conversation, in order."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        name = request.GET.get("id", "")
        episodes = session(name, is_asked="said" in request.GET)
        if not episodes:
            raise Http404
        context = {
            **self.admin_site.each_context(request),
            "title": f"Conversation {name}",
            "name": name,
            "episodes": episodes,
            "is_read": "said" in request.GET,
            "may_read": has_permission("contents.read"),
        }
        return TemplateResponse(request, "telemetry/session.html", context)

    def step_view(self, request: HttpRequest, pk: UUID, step: UUID) -> HttpResponse:
        """Show one step of a run, as a part of the run's page."""
        run = self._run(request, str(pk))
        span = spans_of(run).filter(pk=step).first()
        if span is None:
            raise Http404
        context = {
            "run": run,
            "step": span,
            "ids": (unsigned(span.span_id), unsigned(span.parent_id or 0)),
            "lasted": "" if span.ended_at is None else took(span.ended_at - span.started_at),
            "price": "" if span.cost is None else dollars(span.cost),
            "attributes": sorted(span.attributes.items()),
        }
        return TemplateResponse(request, "telemetry/step.html", context)

    def feedback_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return take_feedback(request, self._run(request, str(pk)))

    def export_view(self, request: HttpRequest, pk: UUID) -> HttpResponseBase:
        return export_run(self._run(request, str(pk)))

    def trail_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Give everything about one run as a file."""
        return trail_file(self._run(request, str(pk)))

    def export_list_view(self, request: HttpRequest) -> HttpResponseBase:
        """Write the runs that the list shows as a file."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        shown = self.get_changelist_instance(request).get_queryset(request)
        return export_runs(shown, request.GET.dict())

    def _run(self, request: HttpRequest, pk: str) -> Run:
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            key = UUID(pk)
        except ValueError:
            raise Http404 from None
        run: Run | None = Run.objects.select_related("source__agent").filter(pk=key).first()
        if run is None:
            raise Http404
        return run

    @display(description="Run")
    def what(self, row: Run) -> str:
        return render_to_string("telemetry/cell_run.html", {"row": row})

    @display(description="Status", label=STATUS_COLOURS)
    def status_label(self, row: Run) -> str:
        return row.get_status_display()

    @display(description="Started", ordering="started_at")
    def started(self, row: Run) -> str | None:
        return moment(row.started_at)

    @display(description="Took")
    def lasted(self, row: Run) -> str:
        return took(row.duration)

    @display(description="Model and tool calls")
    def calls(self, row: Run) -> str:
        return render_to_string("telemetry/cell_calls.html", {"row": row})

    @display(description="Tokens")
    def used(self, row: Run) -> str:
        return short(row.tokens)

    @display(description="Cost")
    def price(self, row: Run) -> str:
        return priced(row.cost, row.unpriced)
