"""What people do with an agent at its vendor: check, pause, resume, instruct, start, read along.

Each waits for a vendor, so none holds a transaction meanwhile.
"""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from accounts.fence import fenced
from agents.actions.check_agent import check_agent
from agents.actions.foresee_pull import foresee_pull
from agents.actions.pause_agent import pause_agent
from agents.actions.read_interactions import read_interactions
from agents.actions.resume_agent import resume_agent
from agents.admin.conversations import Conversation, conversations
from agents.admin.detail import ability_of, instruction_of
from agents.admin.pages import SHOW, Pages, View
from agents.admin.words import confidence_of
from agents.forms import InstructForm, PullForm, RunForm
from agents.models import Agent, Health
from agents.stopping import stops_by, ways_to_stop
from armproject.lib.errors import DomainError
from connectors.base import Verb

STEPS = 50
NEWEST = 5


def waits_for_vendor(view: View) -> View:
    """Mark a page that opens its own transactions around the wait for a vendor."""
    view.own_transactions = True  # type: ignore[attr-defined]
    return view


class AgentDeeds(Pages):
    """Check, pause, resume, instruct, start, and read what an agent said."""

    def deed_urls(self) -> list[Any]:
        return self._routes(
            {
                "check": ("<uuid:pk>/check/", self.check_page),
                "pause": ("<uuid:pk>/pause/", self.pause_page),
                "resume": ("<uuid:pk>/resume/", self.resume_page),
                "inject": ("<uuid:pk>/inject/", self.inject_page),
                "run": ("<uuid:pk>/run/", self.run_page),
                "interactions": ("<uuid:pk>/interactions/", self.interactions_page),
            }
        )

    @waits_for_vendor
    def check_page(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        row = self._row("agents.check", pk)
        if request.method == "POST":
            try:
                check = check_agent(row)
                score = "" if check.score is None else f", {check.score} of 100"
                messages.info(request, f"Checked: {Health(check.status).label.lower()}{score}.")
            except DomainError as error:
                messages.error(request, error.message)
        return HttpResponseRedirect(reverse(SHOW, args=[pk]))

    @waits_for_vendor
    def pause_page(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return self._pull(request, pk, Verb.PAUSE, pause_agent)

    @waits_for_vendor
    def resume_page(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return self._pull(request, pk, Verb.RESUME, resume_agent)

    @waits_for_vendor
    def inject_page(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        row = self._row("agents.inject", pk)
        form = InstructForm(row, request.POST or None)
        if form.is_valid():
            done = "ARM's text stands in" if form.cleaned_data["text"] else "ARM's text is out of"
            messages.success(request, f"{done} the {form.outcome}.")
            return HttpResponseRedirect(reverse(SHOW, args=[pk]))
        with fenced():
            said = {"ability": ability_of(row, Verb.INJECT), "before": instruction_of(row)}
        return self._page(request, "inject", f"Instruct {row}", row=row, form=form, **said)

    @waits_for_vendor
    def run_page(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        row = self._row("agents.run", pk)
        form = RunForm(row, request.POST or None)
        if form.is_valid():
            messages.success(request, f"{row} is at work: session {form.outcome.session}.")
            return HttpResponseRedirect(reverse(SHOW, args=[pk]))
        with fenced():
            ability = ability_of(row, Verb.INVOKE)
            newest = list(row.invocations.order_by("-id")[:NEWEST])
        shown = {"ability": ability, "newest": newest}
        return self._page(request, "run", f"Start {row}", row=row, form=form, **shown)

    @waits_for_vendor
    def interactions_page(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        row, problem = self._row("interactions.read", pk), ""
        read: list[Conversation] = []
        try:
            read = conversations(read_interactions(row, limit=STEPS))
        except DomainError as error:
            problem = error.message
        shown = {"conversations": read, "problem": problem, "most": STEPS}
        return self._page(request, "interactions", f"Interactions of {row}", row=row, **shown)

    def pause_chosen_page(self, request: HttpRequest, chosen: Sequence[Agent]) -> HttpResponse:
        """Tell what pausing these agents stops, before it does."""
        shown = {
            "count": len(chosen),
            "ways": ways_to_stop(chosen),
            "selected": request.POST.getlist(ACTION_CHECKBOX_NAME),
            "select_across": request.POST.get("select_across", "0"),
            "address": request.get_full_path(),
        }
        return self._page(request, "pause_chosen", f"Pause agents: {len(chosen)}", **shown)

    def _pull(
        self, request: HttpRequest, pk: UUID, verb: Verb, action: Callable[..., Any]
    ) -> HttpResponse:
        """Name the levers and ask for a reason, then pull them and list them all."""
        row = self._row("agents.pause", pk)
        form = PullForm(row, action, request.POST or None)
        shown: dict[str, Any] = {"row": row, "verb": verb, "form": form}
        title = f"{verb.capitalize()} {row}"
        if not form.is_valid():
            shown |= {"foreseen": foresee_pull(row, verb), "stops_by": stops_by(row)}
            shown["confidence"] = confidence_of(row.confidence)
            return self._page(request, "pull", title, **shown)
        return self._page(request, "levers", title, outcome=form.outcome, **shown)
