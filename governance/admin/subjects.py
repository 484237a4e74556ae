"""What is held about people: reports, erasures and their receipts, legal holds."""

from typing import Any

from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from unfold.decorators import action, display

from accounts.permissions import has_permission
from accounts.registry import HOLDINGS
from accounts.scoping.admin import StudioAdmin
from accounts.scoping.cells import moment
from accounts.scoping.dialogs import answer, dialog
from governance.actions.release_legal_hold import release_legal_hold
from governance.forms import ErasureForm, LegalHoldForm, PersonForm
from governance.models import Erasure, LegalHold


@admin.register(Erasure)
class ErasureAdmin(StudioAdmin):
    permissions = {"view": "subjects.read", "add": "subjects.erase"}
    add_words = "Erase a person"
    save_words = "Erase for good"
    form = ErasureForm
    change_list_template = "governance/erasures.html"
    add_form_template = "admin/change_form.html"
    change_form_template = "governance/erasure.html"
    list_display = ["__str__", "when", "reason", "rows", "requested_by"]
    list_select_related = ["requested_by"]
    fields = ["email", "confirmed", "reason"]

    def get_urls(self) -> list[Any]:
        report = self.admin_site.admin_view(self.report)
        own = [path("report/", report, name="governance_erasure_report")]
        return [*own, *super().get_urls()]

    def get_fields(self, request: HttpRequest, obj: Erasure | None = None) -> list[str]:
        return self.fields if obj is None else ["reason"]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        receipt = self.get_object(request, object_id)
        extra = _receipt(receipt) if receipt else {}
        shown: HttpResponse = super().change_view(
            request, object_id, form_url, {**extra, **(extra_context or {})}
        )
        return shown

    def report(self, request: HttpRequest) -> HttpResponse:
        """Show what is held about a person: about oneself to everybody, else by permission."""
        form = PersonForm(request.POST or None, initial={"email": str(request.user)})
        with transaction.atomic():
            is_told = form.is_valid()
        context = {
            **self.admin_site.each_context(request),
            "title": "What is held about a person",
            "form": form,
            "report": form.report if is_told else None,
        }
        return TemplateResponse(request, "governance/person.html", context)

    @display(description="When", ordering="id")
    def when(self, row: Erasure) -> str | None:
        return moment(row.created_at)

    @display(description="Rows erased")
    def rows(self, row: Erasure) -> int:
        return sum(row.erased.values())


@admin.register(LegalHold)
class LegalHoldAdmin(StudioAdmin):
    permissions = {"view": "subjects.read", "add": "subjects.erase"}
    add_words = "Place a legal hold"
    save_words = "Place the hold"
    empty_title = "No legal holds"
    empty_text = (
        "Place one where the law or a case asks that what is held about a person be kept:"
        " until it is released, nobody can erase that person."
    )
    form = LegalHoldForm
    change_list_template = "governance/holds.html"
    list_display = ["user", "reason", "state", "placed"]
    list_display_links = None
    list_select_related = ["user"]
    fields = ["email", "reason"]
    actions_row = ["release"]

    def get_fields(self, request: HttpRequest, obj: LegalHold | None = None) -> list[str]:
        return self.fields if obj is None else ["user", "reason", "released_at"]

    def has_release_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return has_permission("subjects.erase")

    @display(description="State", label={"Stands": "warning", "Released": "success"})
    def state(self, row: LegalHold) -> str:
        return "Released" if row.released_at else "Stands"

    @display(description="Placed", ordering="id")
    def placed(self, row: LegalHold) -> str | None:
        return moment(row.created_at)

    @action(
        description="Release",
        icon="lock_open",
        permissions=["release"],
        dialog=dialog(
            "Release this legal hold?",
            "What is held about the person may be erased again.",
            "Release",
        ),
    )
    def release(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        listed = reverse("admin:governance_legalhold_changelist")
        row = self.get_object(request, object_id)
        return answer(
            request, row, release_legal_hold, "The legal hold is released.", otherwise=listed
        )


def _receipt(receipt: Erasure) -> dict[str, Any]:
    labels = {name: held.label for name, held in HOLDINGS.items()}
    labels |= {"keys": "Keys of the person", "audit": "Events made nameless"}
    erased = [(labels.get(name, name), number) for name, number in receipt.erased.items()]
    return {"receipt": receipt, "erased": erased}
