"""What the Studio's page of performance can be asked, and how objectives are set there."""

from typing import Any, ClassVar
from uuid import UUID

from django import forms

from accounts.scoping.admin import ActionForm
from agents.models import Agent
from telemetry.actions.set_objective import set_objective
from telemetry.models import Objective, RunSum, SumOf
from telemetry.reports.performance import CUTS, PartOf, Period

MOST = 100
KINDS = frozenset(of.value for of in PartOf)
RECENT = CUTS[Period.MONTH].step * CUTS[Period.MONTH].steps


class PerformanceForm(forms.Form):
    """Which period, and of which agent, app or the like; what cannot be is taken for not asked."""

    period = forms.ChoiceField(choices=[(each.value, each.value) for each in Period])
    by = forms.ChoiceField(choices=[(each.value, each.value) for each in PartOf])
    of = forms.CharField(max_length=300)

    def chosen_period(self) -> Period:
        return Period(self._told("period") or Period.DAY)

    def chosen_parts(self) -> PartOf:
        return PartOf(self._told("by") or PartOf.AGENT)

    def chosen_scope(self) -> tuple[PartOf | None, str]:
        """Return of what kind and of which one, as `agent:…` or `app:…` asks for it."""
        kind, _, key = self._told("of").partition(":")
        if kind not in KINDS or not key or (kind == PartOf.AGENT and not _is_id(key)):
            return None, ""
        return PartOf(kind), key

    def _told(self, name: str) -> str:
        self.is_valid()
        return str(self.cleaned_data.get(name, ""))


class ObjectiveForm(ActionForm):
    """How well an agent is to work."""

    class Meta:
        model = Objective
        fields: ClassVar = ["agent", "days", "success_percent", "p95_seconds"]
        labels: ClassVar = {
            "days": "Judged over",
            "success_percent": "Runs that succeed, in per cent",
            "p95_seconds": "95 % end within, in seconds",
        }
        help_texts: ClassVar = {
            "success_percent": "Such as 99.5. Leave it empty to ask nothing.",
            "p95_seconds": "Such as 2.5. Leave it empty to ask nothing.",
        }

    def act(self) -> Objective:
        said = dict(self.cleaned_data)
        agent = said.pop("agent", None) or self.instance.agent
        return set_objective(agent, **said)


def scope_choices(chosen: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return what the page can be narrowed to, in groups; the one in force is always among it."""
    agents = Agent.objects.filter(sources__isnull=False).distinct().order_by("name")
    groups: list[tuple[str, list[tuple[str, str]]]] = [
        ("Agents", [(f"agent:{pk}", name) for pk, name in agents.values_list("pk", "name")[:MOST]])
    ]
    for of, label in (
        (SumOf.APP, "Apps"),
        (SumOf.ENVIRONMENT, "Environments"),
        (SumOf.MODEL, "Models"),
    ):
        keys = RunSum.objects.recent_keys(of, RECENT)[:MOST]
        groups.append((label, [(f"{of}:{key}", key) for key in keys]))
    known = {value for _, choices in groups for value, _ in choices}
    if chosen and chosen not in known:
        kind, _, key = chosen.partition(":")
        groups.append(("Chosen", [(chosen, _label(kind, key))]))
    return [(label, choices) for label, choices in groups if choices]


def _label(kind: str, key: str) -> Any:
    if kind != PartOf.AGENT:
        return key
    return Agent.objects.filter(pk=key).values_list("name", flat=True).first() or "No such agent"


def _is_id(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False
