"""What memories stand in which agents, and putting them there."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from unfold.decorators import action, display

from accounts.fence import fenced
from accounts.permissions import has_permission
from accounts.scoping.admin import ReadOnlyAdmin
from accounts.scoping.cells import moment
from accounts.scoping.dialogs import dialog
from agents.models import Agent
from armproject.lib.errors import DomainError
from memory.actions.take_out import take_out
from memory.forms.moving import PutInForm
from memory.models import Injection

LIST = "admin:memory_injection_changelist"
MOST_NAMES = 200


@admin.register(Injection)
class InjectionAdmin(ReadOnlyAdmin):
    permissions = {"view": "agents.inject"}
    list_title = "Memories in agents"
    empty_title = "No memories stand in agents' instructions"
    empty_text = (
        "What people of your organization wrote or approved can be put into an agent at its vendor,"
        " fenced as data. You see the instructions before and after; taken out, nothing remains."
    )
    change_list_template = "memory/injections.html"
    list_display = ["agent_cell", "what", "state_label", "place_cell", "since", "by"]
    list_select_related = ["agent"]
    ordering = ("-created_at", "-id")
    actions_row = ["take_out_one"]
    actions_detail = ["take_out_one"]
    fields = ["agent_cell", "what", "state_label", "place_cell", "since", "by", "out"]
    readonly_fields = fields

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.put_in_page)
        return [path("put-in/", view, name="memory_injection_put_in"), *super().get_urls()]

    def put_in_page(self, request: HttpRequest) -> HttpResponse:
        """Choose memories and an agent, look at both texts, then put them in."""
        if not has_permission("agents.inject"):
            raise PermissionDenied
        chosen = request.POST.getlist("memories") or request.GET.get("memories", "").split(",")
        form = PutInForm(request.POST or None, chosen=[each for each in chosen if each])
        if form.is_valid() and form.outcome is not None:
            messages.success(request, f"They stand in the {form.outcome.place} now.")
            return HttpResponseRedirect(reverse(LIST))
        return self._put_in(request, form)

    put_in_page.own_transactions = True  # type: ignore[attr-defined]

    def _put_in(self, request: HttpRequest, form: PutInForm) -> HttpResponse:
        with fenced():
            names = Agent.objects.filter(vanished_at=None).exclude(connection=None)
            context = {
                **self.admin_site.each_context(request),
                "title": "Put memories into an agent",
                "form": form,
                "is_refused": form.is_bound,
                "preview": form.preview,
                "agents": list(names.order_by("name").values_list("name", flat=True)[:MOST_NAMES]),
            }
            return TemplateResponse(request, "memory/put_in.html", context).render()

    @action(
        description="Take out",
        icon="backspace",
        permissions=["take_out_one"],
        dialog=dialog(
            "Take the memories out of the agent?",
            "What your team wrote in its instructions stays exactly as it is.",
            "Take out",
        ),
    )
    def take_out_one(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        with fenced():
            row = self.get_object(request, object_id)
            agent = row.agent if row is not None else None
        try:
            if agent is not None:
                done = take_out(agent)
                same = ": they read as before" if done.is_as_before else ""
                messages.success(request, f"Taken out of the {done.place}{same}.")
        except DomainError as error:
            messages.error(request, error.message)
        return HttpResponseRedirect(reverse(LIST))

    take_out_one.own_transactions = True

    def has_take_out_one_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return has_permission("agents.inject")

    @display(description="Agent")
    def agent_cell(self, row: Injection) -> str:
        return str(row.agent)

    @display(description="Holds")
    def what(self, row: Injection) -> str:
        number = len(row.memory_ids)
        told = [f"{number} {'memory' if number == 1 else 'memories'}"] if number else []
        if row.preferences:
            of = f" of {row.user}" if row.user else ""
            told.append(f"{row.preferences} preference{'s' if row.preferences > 1 else ''}{of}")
        return ", ".join(told) or "nothing"

    @display(description="State", label={"Stands": "success", "Taken out": "default"})
    def state_label(self, row: Injection) -> str:
        return "Stands" if row.is_standing else "Taken out"

    @display(description="Where")
    def place_cell(self, row: Injection) -> str:
        return row.place

    @display(description="Put in", ordering="created_at")
    def since(self, row: Injection) -> str | None:
        return moment(row.created_at)

    @display(description="Taken out")
    def out(self, row: Injection) -> str | None:
        return moment(row.taken_out_at) if row.taken_out_at else None

    @display(description="By")
    def by(self, row: Injection) -> str | None:
        return row.put_by or None
