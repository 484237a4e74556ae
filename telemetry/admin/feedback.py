"""What people and evaluators thought: the list, and the part of a run's page."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from unfold.decorators import display

from accounts.permissions import has_permission
from accounts.scoping.admin import ReadOnlyAdmin
from accounts.scoping.cells import moment
from armproject.lib.errors import InvalidInput
from telemetry.actions.give_feedback import give_feedback
from telemetry.models import Feedback, Run
from telemetry.reports.comments import comment_of

ANSWERS = {"yes": True, "no": False}
MOST_SHOWN = 50
LONGEST_COMMENT = 4_000


@admin.register(Feedback)
class FeedbackAdmin(ReadOnlyAdmin):
    permissions = {"view": "runs.read"}
    list_title = "Feedback"
    empty_title = "Nobody has said anything yet"
    empty_text = (
        "Apps send what their users think to /api/v1/feedback; people say it on a run's page;"
        " evaluators tell it in spans."
    )
    list_display = ["what", "told", "by", "run", "given"]
    list_filter = ["source", "helpful"]
    fields = ["what", "told", "by", "run", "score", "label", "tag", "source", "given"]
    readonly_fields = fields
    list_select_related = ["member"]
    ordering = ("-created_at", "-id")

    @display(description="Feedback", label={"Helpful": "success", "Not helpful": "danger"})
    def what(self, row: Feedback) -> str:
        return str(row)

    @display(description="Comment")
    def told(self, row: Feedback) -> str:
        return comment_of(row)

    @display(description="By")
    def by(self, row: Feedback) -> str:
        return giver(row)

    @display(description="Run")
    def run(self, row: Feedback) -> Any:
        url = reverse("admin:telemetry_run_change", args=[row.run_id])
        return format_html('<a class="arm-more" href="{}">{}</a>', url, row.trace_id.hex[:12])

    @display(description="Given")
    def given(self, row: Feedback) -> str | None:
        return moment(row.created_at)


def giver(row: Feedback) -> str:
    """Return who gave feedback, as far as that is known."""
    if row.end_user:
        return row.end_user
    return str(row.member) if row.member else str(row.get_source_display())


def feedback_on(run: Run) -> dict[str, Any]:
    """Return what the page of a run shows of feedback."""
    rows = Feedback.objects.of_run(run.pk).select_related("member")
    given = [(row, giver(row), comment_of(row)) for row in rows[:MOST_SHOWN]]
    return {"feedback": given, "may_give": has_permission("feedback.write")}


def take_feedback(request: HttpRequest, run: Run) -> HttpResponse:
    """Give what was typed on the page of a run, and lead back there."""
    if request.method != "POST" or not has_permission("feedback.write"):
        raise PermissionDenied
    comment = request.POST.get("comment", "")[:LONGEST_COMMENT]
    try:
        give_feedback(
            run=run, comment=comment, helpful=ANSWERS.get(request.POST.get("helpful", ""))
        )
    except InvalidInput as error:
        messages.error(request, error.message)
    return HttpResponseRedirect(reverse("admin:telemetry_run_change", args=[run.pk]))
