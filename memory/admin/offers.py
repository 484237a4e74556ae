"""Which agents may use which memory tools."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from accounts.scoping.admin import StudioAdmin
from accounts.scoping.cells import moment
from memory.actions.offer_tools import offer_tools
from memory.forms import OfferForm
from memory.models import Offer
from memory.toolbox import PREFIX, TOOLS


@admin.register(Offer)
class OfferAdmin(StudioAdmin):
    permissions = {
        "view": "memories.read",
        "add": "memories.manage",
        "change": "memories.manage",
        "delete": "memories.manage",
    }
    form = OfferForm
    list_title = "Memory tools"
    add_words = "Offer tools to an agent"
    save_words = "Offer"
    delete_words = "End this offer"
    empty_title = "No agent may use memory tools yet"
    empty_text = (
        "Offer an agent the tools to store, read, search and delete memories, over REST or the"
        " Model Context Protocol at /api/v1/mcp. Whose memories they are follows from its runs."
    )
    list_display = ["whose", "may_use", "since"]
    list_select_related = ["agent"]
    autocomplete_fields = ["agent"]
    ordering = ("created_at", "id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Offer]:
        return Offer.objects.select_related("agent")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        wanted = super().get_changeform_initial_data(request)
        return {"tools": list(TOOLS), **wanted}

    def delete_model(self, request: HttpRequest, obj: Offer) -> None:
        offer_tools(obj.agent, [])

    @display(description="Agent")
    def whose(self, row: Offer) -> str:
        return str(row.agent)

    @display(description="It may")
    def may_use(self, row: Offer) -> str:
        return ", ".join(name.removeprefix(PREFIX) for name in row.tools)

    @display(description="Since")
    def since(self, row: Offer) -> str | None:
        return moment(row.changed_at)
