"""The audit log in the Studio: to be read and taken out, never to be changed."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import (
    FileResponse,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from unfold.decorators import display

from accounts.models import ScopedModel
from accounts.permissions import has_permission
from accounts.scoping.admin import ReadOnlyAdmin
from accounts.scoping.cells import moment
from accounts.scoping.exports import KINDS
from armproject.lib.context import PrincipalKind
from governance.actions.export_audit import export_audit
from governance.actions.export_proof import export_proof
from governance.actions.request_verification import request_verification
from governance.admin.words import subject_link, subject_url
from governance.models import AuditEvent
from governance.reports import Place, Unsealed, proof_of, proof_status
from governance.unaudited import UNAUDITED

PERIODS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)}
PERIODS |= {"month": timedelta(days=30), "year": timedelta(days=365)}


class ActorFilter(admin.SimpleListFilter):
    """By what kind of principal acted."""

    title = "who"
    parameter_name = "actor_kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(kind), str(kind).replace("_", " ").capitalize()) for kind in PrincipalKind]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(actor_kind=self.value()) if self.value() else queryset


class ResourceFilter(admin.SimpleListFilter):
    """By what kind of row it was about."""

    title = "about"
    parameter_name = "resource_type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        named = {
            model._meta.label_lower: str(model._meta.verbose_name).capitalize()
            for model in apps.get_models()
            if issubclass(model, ScopedModel)
        }
        return sorted(named.items(), key=lambda item: item[1])

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(resource_type=self.value()) if self.value() else queryset


class PeriodFilter(admin.SimpleListFilter):
    """By how long ago it was."""

    title = "when"
    parameter_name = "period"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, f"The last {name}") for name in PERIODS]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        length = PERIODS.get(self.value() or "")
        return queryset.since(timezone.now() - length) if length else queryset


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    permissions = {"view": "audit.read"}
    change_list_template = "governance/audit.html"
    change_form_template = "governance/audit_event.html"
    list_display = ["happened", "when", "who", "about", "why"]
    list_filter = [PeriodFilter, ActorFilter, ResourceFilter]
    search_fields = ["action"]
    search_help_text = "Words of an action, how a name begins, or a whole id"

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[Any, bool]:
        """Find by action, by the name of who acted or of what it was about, or by a whole id."""
        return (queryset.found(search_term) if search_term.strip() else queryset), False

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEvent]:
        return AuditEvent.objects.defer("payload", "mac")

    def get_urls(self) -> list[Any]:
        export = self.admin_site.admin_view(self.export)
        name = "governance_auditevent_export"
        own = [path(f"export.{kind}", export, {"kind": kind}, name=name) for kind in KINDS]
        pages = {
            "verify": ("verify/", self.verify),
            "bundle": ("audit.zip", self.bundle),
            "unaudited": ("not-recorded/", self.unaudited),
        }
        own += [
            path(route, self.admin_site.admin_view(view), name=f"governance_auditevent_{name}")
            for name, (route, view) in pages.items()
        ]
        return [*own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        extra = {
            "may_export": has_permission("audit.export"),
            "may_verify": has_permission("audit.verify"),
            "status": proof_status() if has_permission("audit.read") else None,
            "asked": urlencode(sorted(request.GET.items())),
            **(extra_context or {}),
        }
        shown: HttpResponse = super().changelist_view(request, extra)
        return shown

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        event = self.get_object(request, object_id)
        extra = _detail(event) if event else {}
        shown: HttpResponse = super().change_view(
            request, object_id, form_url, {**extra, **(extra_context or {})}
        )
        return shown

    def export(
        self, request: HttpRequest, kind: str
    ) -> StreamingHttpResponse | HttpResponseRedirect:
        """Hand out what the list shows, all pages of it."""
        if not has_permission("audit.export"):
            raise PermissionDenied
        try:
            events = self.get_changelist_instance(request).get_queryset(request)
        except IncorrectLookupParameters:
            return HttpResponseRedirect(reverse("admin:governance_auditevent_changelist"))
        return export_audit(events, kind=kind, filters=request.GET.dict())

    def verify(self, request: HttpRequest) -> HttpResponseRedirect:
        """Ask for a verification and lead to where its result comes."""
        if request.method != "POST":
            return HttpResponseRedirect(reverse("admin:governance_auditevent_changelist"))
        if not has_permission("audit.verify"):
            raise PermissionDenied
        verification = request_verification()
        page = reverse("admin:governance_auditverification_change", args=[verification.pk])
        return HttpResponseRedirect(page)

    def bundle(self, request: HttpRequest) -> FileResponse:
        """Hand out the whole sealed log with its proof."""
        if not has_permission("audit.export"):
            raise PermissionDenied
        return FileResponse(export_proof(None, None), as_attachment=True, filename="audit.zip")

    def unaudited(self, request: HttpRequest) -> HttpResponse:
        """Show what is deliberately not recorded."""
        if not has_permission("audit.read"):
            raise PermissionDenied
        shown = {"title": "What is not recorded", "unaudited": UNAUDITED}
        context = {**self.admin_site.each_context(request), **shown, "opts": self.opts}
        return render(request, "governance/unaudited.html", context)

    @display(description="What", ordering="id")
    def happened(self, row: AuditEvent) -> str:
        return row.action

    @display(description="When")
    def when(self, row: AuditEvent) -> str | None:
        return moment(row.at)

    @display(description="Who")
    def who(self, row: AuditEvent) -> str:
        return row.actor_label or row.actor_kind

    @display(description="About")
    def about(self, row: AuditEvent) -> Any:
        label = row.resource_label or row.resource_id or "-"
        return subject_link(row.resource_type, row.resource_id, label)

    @display(description="Why")
    def why(self, row: AuditEvent) -> str:
        return row.reason or "-"


def _detail(event: AuditEvent) -> dict[str, Any]:
    names = sorted({*event.before, *event.after})
    place = _place(event)
    return {
        "event": event,
        "may_see_diffs": has_permission("audit.export"),
        "place": place,
        "leaf": place.leaf.hex() if place else "",
        "changes": [
            {
                "name": name,
                "before": event.before.get(name),
                "after": event.after.get(name),
                "is_added": name not in event.before,
                "is_removed": name not in event.after and bool(event.after),
            }
            for name in names
        ],
        "more": sorted(event.details.items()),
        "resource_url": subject_url(event.resource_type, event.resource_id),
        "others": list(
            AuditEvent.objects.filter(request_id=event.request_id).exclude(pk=event.pk)[:10]
        )
        if event.request_id
        else [],
    }


def _place(event: AuditEvent) -> Place | None:
    try:
        return proof_of(event)
    except Unsealed:
        return None
