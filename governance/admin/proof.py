"""Seals, verifications and holds on the log in the Studio."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from unfold.decorators import action, display

from accounts.permissions import has_permission
from accounts.scoping.admin import ReadOnlyAdmin, StudioAdmin
from accounts.scoping.cells import moment
from accounts.scoping.dialogs import answer, dialog
from governance.actions.lift_audit_hold import lift_audit_hold
from governance.actions.request_verification import KIND
from governance.forms import AuditHoldForm
from governance.models import AuditEvent, AuditHold, AuditLeaf, AuditSeal, AuditVerification
from governance.reports import anchored_number
from jobs.models import Job

SHOWN = 50
VERDICTS = {"Sound": "success", "Broken": "danger", "Running": "primary", "Waiting": "info"}


@admin.register(AuditSeal)
class AuditSealAdmin(ReadOnlyAdmin):
    permissions = {"view": "audit.read"}
    change_list_template = "governance/seals.html"
    change_form_template = "governance/seal.html"
    list_display = ["which", "sealed", "span", "key_id", "mark"]
    search_fields = ["=number"]
    search_help_text = "A seal's number"
    ordering = ("-number", "-id")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        seal = self.get_object(request, object_id)
        extra = _detail(seal) if seal else {}
        shown: HttpResponse = super().change_view(
            request, object_id, form_url, {**extra, **(extra_context or {})}
        )
        return shown

    @display(description="Seal", ordering="number")
    def which(self, row: AuditSeal) -> str:
        return f"Seal {row.number}"

    @display(description="Made")
    def sealed(self, row: AuditSeal) -> str | None:
        return moment(row.sealed_at)

    @display(description="Events")
    def span(self, row: AuditSeal) -> str:
        if not row.size:
            return "none: nothing had happened"
        return f"{row.size} (numbers {row.first_seq} to {row.last_seq})"

    @display(description="Hash")
    def mark(self, row: AuditSeal) -> str:
        return f"{bytes(row.hash).hex()[:16]}…"


def _detail(seal: AuditSeal) -> dict[str, Any]:
    places = AuditLeaf.objects.filter(seq__gte=seal.first_seq, seq__lte=seal.last_seq)
    sealed = list(places.order_by("seq")[:SHOWN])
    events = AuditEvent.objects.defer("payload", "mac").in_bulk([place.pk for place in sealed])
    return {
        "seal": seal,
        "marks": {
            "Hash": bytes(seal.hash).hex(),
            "Root": bytes(seal.root).hex(),
            "Seal before": bytes(seal.previous).hex(),
            "Signature": bytes(seal.signature).hex(),
        },
        "is_anchored": (anchored_number() or 0) >= seal.number,
        "rows": [(place, events.get(place.pk)) for place in sealed],
        "more": max(seal.size - SHOWN, 0),
    }


@admin.register(AuditVerification)
class AuditVerificationAdmin(ReadOnlyAdmin):
    permissions = {"view": "audit.read"}
    empty_title = "Never verified"
    empty_text = (
        "Choose Verify now on the audit log: every event is then compared with its seal and"
        " the head kept outside the database."
    )
    change_form_template = "governance/verification.html"
    list_display = ["state_label", "when", "asked_by", "far", "first_finding"]
    list_filter = ["state"]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        extra = {"verification": row, "far": _progress(row)} if row else {}
        shown: HttpResponse = super().change_view(
            request, object_id, form_url, {**extra, **(extra_context or {})}
        )
        return shown

    @display(description="Verdict", ordering="state", label=VERDICTS)
    def state_label(self, row: AuditVerification) -> str:
        return row.get_state_display()

    @display(description="When")
    def when(self, row: AuditVerification) -> str | None:
        return moment(row.finished_at or row.created_at)

    @display(description="Looked at")
    def far(self, row: AuditVerification) -> str:
        return f"{row.events} events under {row.seals} seals"

    @display(description="First finding")
    def first_finding(self, row: AuditVerification) -> str:
        return row.findings[0].get("sentence", "-") if row.findings else "-"


def _progress(row: AuditVerification) -> str:
    """Return how far the job is that verifies, as long as it does."""
    if row.finished_at:
        return ""
    job = Job.objects.filter(kind=KIND, dedupe_key=str(row.pk)).first()
    return render_to_string("jobs/progress.html", {"progress": job.progress if job else {}})


@admin.register(AuditHold)
class AuditHoldAdmin(StudioAdmin):
    """Audit holds: placed and lifted, never edited."""

    permissions = {"view": "audit.read", "add": "audit.hold"}
    add_words = "Place an audit hold"
    save_words = "Place the hold"
    empty_title = "No audit holds"
    empty_text = (
        "Place one where a case or a regulator asks that the log be kept: until it is lifted,"
        " no event leaves the database, however old it is."
    )
    form = AuditHoldForm
    fields = ["reason"]
    list_display = ["reason", "state_label", "placed_by", "placed", "lifted_by", "lifted"]
    actions_row = ["lift"]
    actions_detail = ["lift"]

    def has_lift_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return has_permission("audit.hold")

    @action(
        description="Lift",
        icon="lock_open",
        permissions=["lift"],
        dialog=dialog(
            "Lift this audit hold?",
            "Retention applies to the audit log again from then on.",
            "Lift",
        ),
    )
    def lift(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        row = self.get_object(request, object_id)
        listed = reverse("admin:governance_audithold_changelist")
        return answer(request, row, lift_audit_hold, "The audit hold was lifted.", otherwise=listed)

    @display(description="State", label={"Stands": "warning", "Lifted": "default"})
    def state_label(self, row: AuditHold) -> str:
        return "Lifted" if row.lifted_at else "Stands"

    @display(description="Placed")
    def placed(self, row: AuditHold) -> str | None:
        return moment(row.created_at)

    @display(description="Lifted")
    def lifted(self, row: AuditHold) -> str | None:
        return moment(row.lifted_at)
