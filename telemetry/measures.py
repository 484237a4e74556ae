"""What alert rules can watch of runs, of all agents together and of each."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from django.utils import timezone

from accounts.fence import current_organization_id
from accounts.models import Organization
from agents.models import Agent
from governance.registry import Measure, Read, Reading, Span, Unit, add_measure
from telemetry.models import Grain
from telemetry.reports.run_sums import Scope, Tally, by_agent, scope_of_agent, tally

AGENT, WHOLE = "agents.agent", "organization"
# Well within what is kept by the minute; longer ago, whole hours are read.
BY_THE_MINUTE = timedelta(days=2)
P95 = 0.95
THOUSAND = 1_000

Value = Callable[[Tally], Decimal | None]


@dataclass(frozen=True, slots=True)
class Watched:
    """Something to watch of the runs that began in a span of time."""

    name: str
    label: str
    unit: Unit
    value: Value
    description: str
    currency: str = ""
    lower_is_worse: bool = False


def p95_seconds(sums: Tally) -> Decimal | None:
    """Return within how many seconds 95 % of the runs ended."""
    longest = sums.within_ms(P95)
    return None if longest is None else round(Decimal(longest) / THOUSAND, 3)


WATCHED = (
    Watched(
        "failed_ratio",
        "Failed runs",
        Unit.RATIO,
        lambda sums: sums.error_rate,
        "The share of runs that failed, among those that are over.",
    ),
    Watched(
        "p95_seconds",
        "95th percentile of run time",
        Unit.SECONDS,
        p95_seconds,
        "Within how long 95 % of the runs ended.",
    ),
    Watched(
        "silent",
        "Runs that fell silent",
        Unit.COUNT,
        lambda sums: Decimal(sums.incomplete),
        "How many runs were never heard to end.",
    ),
    Watched(
        "started",
        "Runs started",
        Unit.COUNT,
        lambda sums: Decimal(sums.runs),
        "How many runs began; below 1 means that nothing was heard.",
        lower_is_worse=True,
    ),
    Watched(
        "tokens",
        "Tokens of runs",
        Unit.COUNT,
        lambda sums: Decimal(sums.tokens),
        "How many tokens runs used, as agents reported them.",
    ),
    Watched(
        "cost",
        "Cost of runs",
        Unit.MONEY,
        lambda sums: sums.cost,
        "What runs cost by the price list, as they happen and before any bill.",
        currency="USD",
    ),
)


def _of_all(watched: Watched) -> Read:
    def read(span: Span, subject_id: UUID | None) -> Iterable[Reading]:
        name = Organization.objects.values_list("name", flat=True)
        own = name.get(pk=current_organization_id())
        sums = tally(Scope(), span.start, span.end, _grain(span))
        yield Reading(WHOLE, None, own, watched.value(sums), watched.currency)

    return read


def _of_agents(watched: Watched) -> Read:
    def read(span: Span, subject_id: UUID | None) -> Iterable[Reading]:
        names = dict(Agent.objects.present().order_by("pk").values_list("pk", "name"))
        for agent, sums in _tallies(span, subject_id).items():
            if agent in names:
                value = watched.value(sums)
                yield Reading(AGENT, agent, names[agent], value, watched.currency)

    return read


def _tallies(span: Span, agent: UUID | None) -> dict[UUID, Tally]:
    if agent is None:
        return by_agent(span.start, span.end, _grain(span))
    scope = scope_of_agent(agent)
    return {agent: tally(scope, span.start, span.end, _grain(span))} if scope.keys else {}


def _grain(span: Span) -> Grain:
    is_recent = span.start >= timezone.now() - BY_THE_MINUTE
    return Grain.MINUTE if is_recent else Grain.HOUR


def register() -> None:
    """Let alert rules watch runs."""
    for each in WATCHED:
        for prefix, subject, read in (
            ("runs", WHOLE, _of_all(each)),
            ("agent.runs", AGENT, _of_agents(each)),
        ):
            add_measure(
                Measure(
                    name=f"{prefix}.{each.name}",
                    label=each.label,
                    unit=each.unit,
                    subject=subject,
                    read=read,
                    description=each.description,
                    lower_is_worse=each.lower_is_worse,
                )
            )
