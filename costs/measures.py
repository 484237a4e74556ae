"""What alert rules can watch of costs."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet, Sum

from accounts.models import Organization
from agents.models import Agent
from costs.models import AgentDay, ModelHour, UsageRecord
from costs.periods import zone_of
from costs.reports import organization
from governance.registry import Measure, Reading, Span, Unit, add_measure

BY_THE_HOUR = timedelta(days=3)
FORMER_SPANS = 7
NOTHING = Decimal(0)


def total(span: Span, subject_id: UUID | None = None) -> Iterator[Reading]:
    """Give the organization's cost, in each currency."""
    own = organization()
    for currency, cost in {own.currency: NOTHING, **_costs(span)}.items():
        yield _of(own, cost, currency)


def spike(span: Span, subject_id: UUID | None = None) -> Iterator[Reading]:
    """Give the cost as a multiple of the mean of the seven spans before, in the own currency."""
    own = organization()
    history = Span(span.start - FORMER_SPANS * span.length, span.start)
    before = _costs(history).get(own.currency, NOTHING) / FORMER_SPANS
    yield _of(own, _costs(span).get(own.currency, NOTHING) / before if before else None)


def tokens(span: Span, subject_id: UUID | None = None) -> Iterator[Reading]:
    """Give the organization's tokens, whether they have a price or not."""
    sums = _hours(span).aggregate(sum=Sum(F("input_tokens") + F("output_tokens"), default=0))
    yield _of(organization(), Decimal(sums["sum"]))


def by_agent(span: Span, subject_id: UUID | None = None) -> Iterator[Reading]:
    """Give each agent's cost: by the hour up to three days, by whole days beyond."""
    rows = _agent_rows(span)
    if subject_id is not None:
        rows = rows.filter(agent=subject_id)
    names = dict(Agent.objects.filter(pk__in=rows.values("agent")).values_list("pk", "name"))
    costs = rows.order_by().values("agent", "currency").annotate(sum=Sum(_cost_column(span)))
    for row in costs:
        if row["sum"] is not None:
            name = names.get(row["agent"], "")
            yield Reading("agent", row["agent"], name, row["sum"], row["currency"])


def _hours(span: Span) -> "QuerySet[ModelHour]":
    return ModelHour.objects.filter(hour__gte=span.start, hour__lt=span.end)


def _costs(span: Span) -> dict[str, Decimal]:
    rows = _hours(span).order_by().values("currency").annotate(sum=Sum("cost"))
    return {row["currency"]: row["sum"] for row in rows}


def _agent_rows(span: Span) -> "QuerySet[Any]":
    if span.length <= BY_THE_HOUR:
        return UsageRecord.objects.filter(
            starts_at__gte=span.start, starts_at__lt=span.end
        ).exclude(agent=None)
    zone = zone_of(organization().time_zone)
    first = span.start.astimezone(zone).date() + timedelta(days=1)
    return AgentDay.objects.filter(
        day__gte=first, day__lte=span.end.astimezone(zone).date()
    ).exclude(agent=None)


def _cost_column(span: Span) -> str:
    return "total_cost" if span.length <= BY_THE_HOUR else "cost"


def _of(own: Organization, value: Decimal | None, currency: str = "") -> Reading:
    return Reading("organization", None, own.name, value, currency)


def register() -> None:
    """Add the measures of this app."""
    for name, label, unit, subject, read in (
        ("costs.total", "Cost", Unit.MONEY, "organization", total),
        ("costs.agent", "Cost", Unit.MONEY, "agent", by_agent),
        ("tokens.total", "Tokens", Unit.COUNT, "organization", tokens),
    ):
        add_measure(Measure(name, label, unit, subject, read, read.__doc__ or ""))
    add_measure(
        Measure(
            name="costs.spike",
            label="Cost against the seven spans before",
            unit=Unit.RATIO,
            subject="organization",
            read=spike,
            description=spike.__doc__ or "",
            bounds=(NOTHING, None),
            hint="How many times the mean of the seven spans before: 2 is twice as much.",
        )
    )
