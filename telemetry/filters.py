"""By what runs are narrowed down, in the API as in exports."""

from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django_filters import rest_framework as filters

from telemetry.models import Feedback, Run, RunQuerySet, Source


class RunFilter(filters.FilterSet):  # type: ignore[misc]
    """Runs by who did them, for whom, how they ended, when, and what they cost."""

    agent = filters.UUIDFilter(method="by_agent", label="An agent of the inventory.")
    source = filters.UUIDFilter(field_name="source_id")
    trace_id = filters.UUIDFilter(label="A trace, as 32 hex digits.")
    conversation_id = filters.CharFilter(field_name="conversation")
    user = filters.CharFilter(field_name="end_user", label="The person the agent worked for.")
    has_errors = filters.BooleanFilter(method="by_errors", label="Runs with failed steps, or none.")
    started_after = filters.IsoDateTimeFilter(field_name="started_at", lookup_expr="gte")
    started_before = filters.IsoDateTimeFilter(field_name="started_at", lookup_expr="lt")
    cost_from = filters.NumberFilter(method="by_cost", label="US dollars.")

    feedback = filters.ChoiceFilter(
        method="by_feedback",
        choices=[("helpful", "Helpful"), ("not_helpful", "Not helpful"), ("any", "Any")],
        label="Runs somebody gave such feedback on.",
    )

    class Meta:
        model = Run
        fields: ClassVar = ["status", "app", "environment", "model", "error_type"]

    def by_agent(self, runs: RunQuerySet, name: str, value: UUID) -> RunQuerySet:
        return runs.of_sources(Source.objects.ids_of(value))

    def by_cost(self, runs: RunQuerySet, name: str, value: Decimal) -> RunQuerySet:
        return runs.costing(value)

    def by_errors(self, runs: "QuerySet[Run]", name: str, value: Any) -> "QuerySet[Run]":
        return runs.filter(errors__gt=0) if value else runs.filter(errors=0)

    def by_feedback(self, runs: "QuerySet[Run]", name: str, value: str) -> "QuerySet[Run]":
        helpful = {"helpful": True, "not_helpful": False}.get(value)
        told = Feedback.objects.saying(helpful=helpful).order_by().values("run_id")
        return runs.filter(pk__in=told)


class FeedbackFilter(filters.FilterSet):  # type: ignore[misc]
    """Feedback by the run it is about, by what it says and who gave it."""

    run_id = filters.UUIDFilter()
    trace_id = filters.UUIDFilter(label="A trace, as 32 hex digits.")
    user = filters.CharFilter(field_name="end_user", label="Who gave it, as the app tells it.")
    score_from = filters.NumberFilter(field_name="score", lookup_expr="gte")
    score_below = filters.NumberFilter(field_name="score", lookup_expr="lt")
    given_after = filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    given_before = filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lt")

    class Meta:
        model = Feedback
        fields: ClassVar = ["source", "helpful", "tag"]
