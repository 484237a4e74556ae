"""What is set for the whole organization."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from accounts.forms import OrganizationForm
from accounts.models import Organization
from accounts.scoping.admin import StudioAdmin


@admin.register(Organization)
class OrganizationAdmin(StudioAdmin):
    permissions = {"view": "organization.read", "change": "organization.write"}
    form = OrganizationForm
    list_display = ["name", "slug", "time_zone", "currency", "created_at"]
    ordering = ("name",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Organization]:
        return Organization.objects.current()

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Open the one organization there is to set."""
        current = self.get_queryset(request).first()
        if current is None:
            return super().changelist_view(request, extra_context)
        return self.change_view(request, str(current.pk), extra_context=extra_context)
