"""The page on which a failed run is done again."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from accounts.fence import fenced
from accounts.permissions import has_permission
from agents.models import Invocation
from telemetry.actions.read_asked import read_asked
from telemetry.actions.replay_run import FAILED
from telemetry.forms.replay import ReplayForm
from telemetry.models import Run


def may_replay(run: Run) -> bool:
    """Say whether this person could have the run done again."""
    agent = run.source.agent
    if run.status not in FAILED or agent is None or agent.connection_id is None:
        return False
    return has_permission("agents.run", agent)


def kin_of(run: Run) -> dict[str, Any]:
    """Return what was started to do this run again, and which run it does again itself."""
    begun = Invocation.objects.exclude(session="").filter(session=run.conversation)
    original = begun.values_list("replays", flat=True).first() if run.conversation else None
    return {
        "may_replay": may_replay(run),
        "replays": list(Invocation.objects.replays_of(run.pk)[:5]),
        "replayed": Run.objects.filter(pk=original).first() if original else None,
    }


class ReplayPage:
    """The page and its form; it waits for a vendor and holds no transaction meanwhile."""

    admin_site: Any

    def replay_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        with fenced():
            run = self._run(request, str(pk))  # type: ignore[attr-defined]
            if not may_replay(run):
                raise PermissionDenied
            may_read = has_permission("contents.read")
            asked = read_asked(run) if may_read and request.method == "GET" else ""
        form = ReplayForm(run, request.POST or None, initial={"input": asked})
        if form.is_valid():
            told = f"{run.source.agent} is at work: session {form.outcome.session}."
            messages.success(request, told)
            return HttpResponseRedirect(reverse("admin:telemetry_run_change", args=[run.pk]))
        with fenced():
            context = {
                **self.admin_site.each_context(request),
                "title": f"Replay {run}",
                "run": run,
                "form": form,
                "is_known": bool(asked),
                "is_refused": form.is_bound,
            }
            return TemplateResponse(request, "telemetry/replay.html", context).render()

    replay_view.own_transactions = True  # type: ignore[attr-defined]
