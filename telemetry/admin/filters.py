"""By what the Studio's list of runs is narrowed down."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from telemetry.models import Feedback, RunStatus, Source

MOST = 50
COUNTED = 1_000  # further nobody counts
SPANS = {
    "hour": ("Last hour", timedelta(hours=1)),
    "day": ("Last 24 hours", timedelta(days=1)),
    "week": ("Last 7 days", timedelta(days=7)),
}
COSTS = {"0.01": "From $0.01", "0.1": "From $0.10", "1": "From $1", "10": "From $10"}


class Filter(admin.SimpleListFilter):
    """By one of a few values that are known before the list is read."""

    options: ClassVar[Sequence[tuple[str, str]]] = ()

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(self.options)

    def has_output(self) -> bool:
        """Tell whether the filter counts: also where nothing can be chosen, but was asked for."""
        return self.value() is not None or bool(self.lookup_choices)

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        value = self.value()
        if value is None:
            return queryset
        return self.narrow(queryset, value) if self.knows(value) else queryset.none()

    def knows(self, value: str) -> bool:
        return value in dict(self.options)

    def narrow(self, queryset: Any, value: str) -> Any:
        raise NotImplementedError


class StatusFilter(Filter):
    title, parameter_name, options = "status", "status", tuple(RunStatus.choices)

    def narrow(self, queryset: Any, value: str) -> Any:
        return queryset.filter(status=value)


class WhenFilter(Filter):
    title, parameter_name = "started", "started"
    options = tuple((key, label) for key, (label, _) in SPANS.items())

    def narrow(self, queryset: Any, value: str) -> Any:
        return queryset.filter(started_at__gte=timezone.now() - SPANS[value][1])


class ErrorFilter(Filter):
    title, parameter_name = "errors", "errors"
    options = (("some", "With failed steps"),)

    def narrow(self, queryset: Any, value: str) -> Any:
        return queryset.filter(errors__gt=0)


class CostFilter(Filter):
    title, parameter_name, options = "cost", "cost", tuple(COSTS.items())

    def narrow(self, queryset: Any, value: str) -> Any:
        return queryset.costing(Decimal(value))


class FeedbackFilter(Filter):
    """By what people and evaluators thought, with how often they did."""

    title, parameter_name = "feedback", "feedback"
    options = (("helpful", "Helpful"), ("not_helpful", "Not helpful"), ("any", "Any"))
    means: ClassVar = {"helpful": True, "not_helpful": False, "any": None}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        told = [(key, label, self._told(key)[:COUNTED].count()) for key, label in self.options]
        return [(key, f"{label} ({number:,})") for key, label, number in told if number]

    def narrow(self, queryset: Any, value: str) -> Any:
        return queryset.filter(pk__in=self._told(value).values("run_id"))

    def _told(self, key: str) -> Any:
        return Feedback.objects.saying(helpful=self.means[key]).order_by()


class AgentFilter(Filter):
    """By the agent of the inventory; those that reported last are offered."""

    title, parameter_name = "agent", "agent"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        sources = Source.objects.exclude(agent=None).order_by("-last_seen_at")
        agents = {
            source.agent_id: source.agent for source in sources.select_related("agent")[:MOST]
        }
        return [(str(pk), str(agent)) for pk, agent in agents.items()]

    def knows(self, value: str) -> bool:
        try:
            return bool(UUID(value))
        except ValueError:
            return False

    def narrow(self, queryset: Any, value: str) -> Any:
        return queryset.of_sources(Source.objects.ids_of(UUID(value)))


class ExactFilter(Filter):
    """By a value that other pages link to; the list itself offers only the one in force."""

    column: ClassVar[str] = ""

    def has_output(self) -> bool:
        return self.value() is not None

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        value = request.GET.get(self.parameter_name or "", "")
        return [(value, value)]

    def knows(self, value: str) -> bool:
        return bool(value)

    def narrow(self, queryset: Any, value: str) -> Any:
        return queryset.filter(**{self.column: value})


class ConversationFilter(ExactFilter):
    title, parameter_name, column = "conversation", "conversation", "conversation"


class UserFilter(ExactFilter):
    title, parameter_name, column = "user", "user", "end_user"


class AppFilter(ExactFilter):
    title, parameter_name, column = "app", "app", "app"


class ModelFilter(ExactFilter):
    title, parameter_name, column = "model", "model", "model"


class EnvironmentFilter(ExactFilter):
    title, parameter_name, column = "environment", "environment", "environment"


FILTERS = (
    StatusFilter,
    WhenFilter,
    AgentFilter,
    ErrorFilter,
    CostFilter,
    FeedbackFilter,
    ConversationFilter,
    UserFilter,
    AppFilter,
    ModelFilter,
    EnvironmentFilter,
)
