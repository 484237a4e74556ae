"""What is watched: rules in plain words, ready-made ones, and the form to write one."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from unfold.decorators import action, display

from accounts.scoping.admin import StudioAdmin, run_on_each
from accounts.scoping.cells import moment
from armproject.lib.errors import DomainError
from governance.actions.adopt_proposal import adopt_proposal
from governance.actions.change_rule import change_rule
from governance.actions.delete_rule import delete_rule
from governance.admin.words import SEVERITY_COLOURS
from governance.forms import AlertRuleForm, RulePreviewForm
from governance.models import UNRESOLVED, AlertRule, Channel
from governance.proposals import available
from governance.registry import MEASURES

LIST = "admin:governance_alertrule_changelist"


@admin.register(AlertRule)
class AlertRuleAdmin(StudioAdmin):
    permissions = {
        "view": "alerts.read",
        "add": "alerts.write",
        "change": "alerts.write",
        "delete": "alerts.write",
    }
    form = AlertRuleForm
    change_list_template = "governance/rules.html"
    change_form_after_template = "governance/rule_preview.html"
    list_display = ["name", "says", "severity_label", "tells", "state", "open_alerts", "looked_at"]
    list_filter = ["severity", "enabled"]
    search_fields = ["name"]
    ordering = ("name", "id")
    actions = ["enable", "disable"]
    conditional_fields = {"minimum_base": "mode == 'spike'"}
    fieldsets = [
        (None, {"fields": ["name", "measure", "subject_id"]}),
        (
            "It is bad when",
            {
                "fields": [
                    ("comparison", "threshold"),
                    "mode",
                    "minimum_base",
                    "window_minutes",
                ]
            },
        ),
        ("Then", {"fields": ["severity", "recipients", "remind_minutes"]}),
        ("Afterwards", {"fields": [("hold_minutes", "cooldown_minutes"), "enabled"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[AlertRule]:
        unresolved = Count("alerts", filter=Q(alerts__state__in=UNRESOLVED))
        return AlertRule.objects.prefetch_related("channels").annotate(open_count=unresolved)

    def get_fieldsets(self, request: HttpRequest, obj: AlertRule | None = None) -> Any:
        """Tell those who may not change a rule what it says."""
        if obj is None or self.has_change_permission(request):
            return super().get_fieldsets(request, obj)
        told = ["name", "says", "severity_label", "tells", "state", "looked_at"]
        return [(None, {"fields": told})]

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path("adopt", view(self.adopt), name="governance_alertrule_adopt"),
            path("preview", view(self.preview), name="governance_alertrule_preview"),
            *super().get_urls(),
        ]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Start from what a link from another page asks for."""
        wanted = super().get_changeform_initial_data(request)
        return {"window_minutes": 60, "hold_minutes": 10, "cooldown_minutes": 30, **wanted}

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        names = set(AlertRule.objects.values_list("name", flat=True))
        extra = {
            "proposals": [one for one in available() if one.values["name"] not in names],
            "is_empty": not names,
            "has_channels": Channel.objects.exists(),
        }
        shown: HttpResponse = super().changelist_view(request, {**extra, **(extra_context or {})})
        return shown

    def preview(self, request: HttpRequest) -> HttpResponse:
        """Say about what the rule in the form would open alerts now."""
        if request.method != "POST" or not self.has_add_permission(request):
            raise PermissionDenied
        present = self.get_object(request, request.GET.get("rule", ""))
        form = RulePreviewForm(request.POST, instance=present)
        preview = form.preview if form.is_valid() else None
        is_begun = bool(request.POST.get("threshold", "").strip())
        answer = {"form": form, "preview": preview, "is_begun": is_begun}
        return render(request, "governance/rule_would.html", answer)

    def adopt(self, request: HttpRequest) -> HttpResponse:
        """Add the ready-made rule whose button was pressed."""
        if request.method != "POST" or not self.has_add_permission(request):
            raise PermissionDenied
        try:
            rule = adopt_proposal(request.POST.get("slug", ""))
        except DomainError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, f"{rule.name}: {rule.sentence}.")
        return HttpResponseRedirect(reverse(LIST))

    def save_model(self, request: HttpRequest, obj: AlertRule, form: Any, change: bool) -> None:
        """Say the rule in plain words, so that one sees whether it is what one meant."""
        told = ", ".join(channel.name for channel in obj.channels.all()) or "the default channels"
        messages.info(request, f"{obj.sentence}. Then tell {told}.")

    def delete_model(self, request: HttpRequest, obj: AlertRule) -> None:
        delete_rule(obj)

    @display(description="Tells of")
    def says(self, row: AlertRule) -> str:
        return row.sentence

    @display(description="Severity", ordering="severity", label=SEVERITY_COLOURS)
    def severity_label(self, row: AlertRule) -> str:
        return row.get_severity_display()

    @display(description="To")
    def tells(self, row: AlertRule) -> str:
        return ", ".join(channel.name for channel in row.channels.all()) or "Default channels"

    @display(description="State", label={"On": "success", "Trouble": "danger", "Off": "default"})
    def state(self, row: AlertRule) -> str:
        if not row.enabled:
            return "Off"
        return "Trouble" if row.trouble or row.measure not in MEASURES else "On"

    @display(description="Unresolved")
    def open_alerts(self, row: Any) -> str:
        return str(row.open_count or "")

    @display(description="Looked at")
    def looked_at(self, row: AlertRule) -> str | None:
        return row.trouble or moment(row.evaluated_at)

    @action(description="Turn on", permissions=["change"])
    def enable(self, request: HttpRequest, queryset: Any) -> None:
        run_on_each(request, queryset, lambda rule: change_rule(rule, enabled=True), "Turned on")

    @action(description="Turn off", permissions=["change"])
    def disable(self, request: HttpRequest, queryset: Any) -> None:
        run_on_each(request, queryset, lambda rule: change_rule(rule, enabled=False), "Turned off")
