"""How much of what is said is kept: the rules, and patterns of the organization's own."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from unfold.decorators import display

from accounts.scoping.admin import StudioAdmin
from accounts.scoping.cells import moment
from telemetry.actions.drop_content_rule import drop_content_rule
from telemetry.actions.remove_pattern import remove_pattern
from telemetry.content.recognising import KINDS
from telemetry.forms.content_rules import ContentRuleForm, PatternForm, TrialForm
from telemetry.models import ContentMode, ContentRule, RedactionPattern

MODE_COLOURS = {
    ContentMode.FULL.label: "warning",
    ContentMode.REDACTED.label: "info",
    ContentMode.METADATA_ONLY.label: "success",
}


@admin.register(ContentRule)
class ContentRuleAdmin(StudioAdmin):
    permissions = {
        "view": "runs.read",
        "add": "contents.write",
        "change": "contents.write",
        "delete": "contents.write",
    }
    form = ContentRuleForm
    list_title = "What is kept"
    add_words = "Set a rule"
    delete_words = "Drop this rule"
    empty_title = "Nothing that is said is kept"
    empty_text = (
        "ARM counts messages and tokens but keeps no words, until a rule says so: for the whole"
        " organization or for one agent, in full or redacted."
    )
    list_display = ["whose", "mode_label", "since"]
    list_select_related = ["agent"]
    autocomplete_fields = ["agent"]  # of thousands nobody picks from a list
    ordering = ("created_at", "id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ContentRule]:
        return ContentRule.objects.select_related("agent")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        wanted = super().get_changeform_initial_data(request)
        return {"mode": ContentMode.REDACTED, **wanted}

    def delete_model(self, request: HttpRequest, obj: ContentRule) -> None:
        drop_content_rule(obj)

    @display(description="Of")
    def whose(self, row: ContentRule) -> str:
        return str(row)

    @display(description="What is said is kept", label=MODE_COLOURS)
    def mode_label(self, row: ContentRule) -> str:
        return row.get_mode_display()

    @display(description="Since")
    def since(self, row: ContentRule) -> str | None:
        return moment(row.changed_at)


@admin.register(RedactionPattern)
class RedactionPatternAdmin(StudioAdmin):
    permissions = {
        "view": "contents.write",
        "add": "contents.write",
        "delete": "contents.write",
    }
    form = PatternForm
    add_words = "Add a pattern"
    empty_title = "ARM's own patterns are at work"
    empty_text = f"Redaction takes out: {', '.join(sorted(KINDS))}. Add what else must not be kept."
    change_form_after_template = "telemetry/pattern_trial.html"
    list_display = ["kind", "expression", "added"]
    ordering = ("kind",)

    def get_fieldsets(self, request: HttpRequest, obj: RedactionPattern | None = None) -> Any:
        told = ["kind", "expression"] if obj else ["kind", "expression", "sample"]
        return [(None, {"fields": told})]

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        name = "telemetry_redactionpattern_try"
        return [path("try", view(self.trial_view), name=name), *super().get_urls()]

    def trial_view(self, request: HttpRequest) -> HttpResponse:
        """Say what would become of the sample in the form."""
        if request.method != "POST" or not self.has_add_permission(request):
            raise PermissionDenied
        form = TrialForm(request.POST)
        redacted = form.redacted if form.is_valid() else None
        is_begun = bool(request.POST.get("sample"))
        answer = {"form": form, "redacted": redacted, "is_begun": is_begun}
        return render(request, "telemetry/pattern_would.html", answer)

    def delete_model(self, request: HttpRequest, obj: RedactionPattern) -> None:
        remove_pattern(obj)

    @display(description="Added")
    def added(self, row: RedactionPattern) -> str | None:
        return moment(row.created_at)
