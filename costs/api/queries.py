"""What the reports can be asked."""

from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request

from accounts.scoping.api import ScopedRelatedField
from agents.models import Agent
from armproject.lib.rest.query import ReportQuery
from costs.periods import Every, Named, Stretch, chosen, zone_of
from costs.reports import By, organization

MOST_PARTS = 1_000


class PeriodQuery(ReportQuery):
    """Which days; `start` and `end` are dates, both included, and go with `custom`."""

    period = serializers.ChoiceField(
        choices=[each.value for each in Named], default=Named.MONTH.value
    )
    start = serializers.DateField(
        required=False, help_text="The first day, in the organization's time zone."
    )
    end = serializers.DateField(
        required=False, help_text="The last day, included; not before the start."
    )

    @classmethod
    def read(cls, request: Request) -> dict[str, Any]:
        """Return what was asked, with the days under `stretch`; unknown parameters are refused."""
        asked = super().read(request)
        return {**asked, "stretch": _stretch(asked)}


class BreakdownQuery(PeriodQuery):
    agent = ScopedRelatedField(
        queryset=Agent.objects.all(), required=False, help_text="One agent's models, with by=model."
    )
    by = serializers.ChoiceField(choices=[each.value for each in By], default=By.AGENT.value)
    limit = serializers.IntegerField(min_value=1, max_value=MOST_PARTS, default=100)

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        if "agent" in asked and asked["by"] != By.MODEL:
            raise serializers.ValidationError({"agent": "One agent is divided by model only."})
        return asked


class TrendQuery(PeriodQuery):
    every = serializers.ChoiceField(choices=[each.value for each in Every], required=False)


def _stretch(asked: dict[str, Any]) -> Stretch:
    zone = zone_of(organization().time_zone)
    name = Named(asked["period"])
    return chosen(name, asked.get("start"), asked.get("end"), timezone.now(), zone)
