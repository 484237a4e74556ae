"""The programs' ways in: keys, how long they live, and from where they may be used."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from unfold.decorators import action, display

from accounts.actions.revoke_api_key import revoke_api_key
from accounts.actions.rotate_api_key import rotate_api_key
from accounts.forms import ApiKeyForm, RotationForm
from accounts.models import ApiKey
from accounts.permissions import has_permission, is_own
from accounts.scoping.admin import StudioAdmin, run_on_each, show_once
from accounts.scoping.dialogs import answer, dialog

STATES = {"Live": "success", "Rotating": "info", "Expired": "warning", "Revoked": "danger"}


@admin.register(ApiKey)
class ApiKeyAdmin(StudioAdmin):
    permissions = {"view": "api_keys.read", "add": "api_keys.write"}
    add_words = "Issue an API key"
    save_words = "Issue the key"
    empty_title = "No API keys yet"
    empty_text = (
        "Programs call ARM with a key: it acts for whoever issued it, within the scopes,"
        " networks and time you choose."
    )
    form = ApiKeyForm
    list_display = ["name", "prefix", "owner", "state", "networks", "last_used_at", "expires_at"]
    search_fields = ["name"]
    list_select_related = ["user", "issued_by"]
    actions = ["revoke_many"]
    actions_detail = ["rotate", "revoke"]

    def get_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> list[str]:
        if obj is None:
            return ["name", "scopes", "addresses", "expires_at"]
        facts = ["name", "prefix", "owner", "state", "allowed", "networks", "issuer"]
        return [*facts, "created_at", "last_used_at", "expires_at", "former_until", "revoked_at"]

    def get_readonly_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> list[str]:
        return self.get_fields(request, obj) if obj else []

    @display(description="Key")
    def prefix(self, row: ApiKey) -> str:
        return f"arm_sk_live_{row.public_id}…"

    @display(description="Owner")
    def owner(self, row: ApiKey) -> str:
        return row.user.email

    @display(description="State", label=STATES)
    def state(self, row: ApiKey) -> str:
        now = timezone.now()
        if row.revoked_at:
            return "Revoked"
        if not row.is_live(now):
            return "Expired"
        return "Rotating" if row.is_rotating(now) else "Live"

    @display(description="May do")
    def allowed(self, row: ApiKey) -> str:
        return ", ".join(row.scopes) or "Nothing"

    @display(description="From")
    def networks(self, row: ApiKey) -> str:
        return ", ".join(row.addresses) or "Anywhere"

    @display(description="Issued by")
    def issuer(self, row: ApiKey) -> str:
        return str(row.issued_by or "Its owner")

    @action(description="Revoke", permissions=["write"])
    def revoke_many(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        run_on_each(request, queryset, revoke_api_key, "Revoked")

    @action(
        description="Revoke",
        icon="block",
        permissions=["revoke"],
        dialog=dialog(
            "Revoke this key?",
            "Programs that use it are refused at once, and so are the keys it issued.",
            "Revoke",
        ),
    )
    def revoke(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        row = self.get_object(request, object_id)
        return answer(request, row, revoke_api_key, "Revoked.", otherwise=_page(object_id))

    @action(
        description="Rotate",
        icon="autorenew",
        permissions=["rotate"],
        dialog=dialog(
            "Give this key a new secret?",
            "You see the new key once. Say how long programs may go on with the old one.",
            "Rotate",
            RotationForm,
        ),
    )
    def rotate(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        def act(key: ApiKey) -> None:
            show_once(request, "key", rotate_api_key(key, keep_until=form.keep_until())[1])

        row = self.get_object(request, object_id)
        return answer(request, row, act, "The key has a new secret.", otherwise=_page(object_id))

    def has_write_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return has_permission("api_keys.write")

    def has_revoke_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        key = self.get_object(request, str(object_id))
        may = key is not None and (is_own(key) or has_permission("members.write"))
        return may and key.revoked_at is None and self.has_write_permission(request)

    def has_rotate_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        key = self.get_object(request, str(object_id))
        may = key is not None and is_own(key) and key.is_live(timezone.now())
        return may and self.has_write_permission(request)

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        """Show the token, this once."""
        if not change:
            show_once(request, "key", form.token)


def _page(object_id: str) -> str:
    return reverse("admin:accounts_apikey_change", args=[object_id])
