"""The Studio's page about the organization's encryption keys."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from unfold.decorators import action, display
from unfold.views import ChangeList

from accounts.actions.rotate_organization_key import rotate_organization_key
from accounts.models import KeyState, Organization, OrganizationKey
from accounts.permissions import has_permission
from accounts.reports import sealed_by_version
from accounts.scoping.admin import ReadOnlyAdmin
from accounts.scoping.dialogs import answer, dialog


class KeyList(ChangeList):  # type: ignore[misc]
    """Says of each key how much it has sealed, counted once for the page."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        counts = sealed_by_version()
        for key in self.result_list:
            key.sealed_values = counts[key.version]


@admin.register(OrganizationKey)
class OrganizationKeyAdmin(ReadOnlyAdmin):
    """Which keys there are and what each still seals; never what a key is."""

    permissions = {"view": "keys.read"}
    change_list_template = "accounts/keys.html"
    list_display = ["__str__", "state_badge", "sealed", "encryptions", "master_key_id", "made"]
    list_display_links = None
    fields = ["version", "state", "master_key_id", "encryptions", "created_at", "replaced_at"]
    ordering = ("-version",)
    actions_list = ["rotate"]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[KeyList]:
        return KeyList

    def has_rotate_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return has_permission("keys.rotate")

    @display(
        description="State",
        ordering="state",
        label={
            KeyState.ACTIVE.label: "success",
            KeyState.REPLACED.label: "info",
            KeyState.DESTROYED.label: "danger",
        },
    )
    def state_badge(self, row: OrganizationKey) -> str:
        return row.get_state_display()

    @display(description="Values it seals")
    def sealed(self, row: Any) -> int:
        return int(row.sealed_values)

    @display(description="Made", ordering="created_at")
    def made(self, row: OrganizationKey) -> Any:
        return row.created_at

    @action(
        description="Rotate key",
        icon="cycle",
        permissions=["rotate"],
        dialog=dialog(
            "Give the organization a new key?",
            "It seals every secret from now on. A job seals anew what the present key sealed;"
            " nothing is interrupted.",
            "Rotate",
        ),
    )
    def rotate(self, request: HttpRequest, form: Any) -> HttpResponse:
        listed = reverse("admin:accounts_organizationkey_changelist")
        done = "A new key seals from now on."
        here = Organization.objects.current().first()
        return answer(request, here, lambda _: rotate_organization_key(), done, otherwise=listed)
