"""Everything about one request: what was done, said, paid, judged, decided and alarmed about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Count, Q, Sum

from governance.models import Alert, AuditEvent
from telemetry.models import Feedback, Run, Span
from telemetry.reports.conversation import Conversation
from telemetry.reports.places import MOST_STEPS
from telemetry.reports.run_spans import spans_of

MOST = 500
# What happened shortly before a run may explain it, and what shortly after may follow from it.
AROUND = timedelta(minutes=15)


class CostLine(NamedTuple):
    """What the calls of one model cost, in US dollars."""

    vendor: str
    model: str
    calls: int
    input_tokens: int
    output_tokens: int
    cost: Decimal
    unpriced: int


@dataclass(frozen=True, slots=True)
class Trail:
    """One run and all that is known around it; what is withheld is None, and named."""

    run: Run
    spans: Sequence[Span]
    content: Conversation | None
    feedback: Sequence[Feedback]
    costs: Sequence[CostLine]
    audit_events: Sequence[AuditEvent] | None
    alerts: Sequence[Alert] | None
    withheld: Sequence[str]
    is_cut: bool


def cost_lines(run: Run) -> list[CostLine]:
    """Return what the run's model calls cost, by vendor and model, the dearest first."""
    rows: Any = spans_of(run).filter(counted=True, kind__in=("llm", "embedding")).order_by()
    sums = rows.values_list("vendor", "model").annotate(
        calls=Count("pk"),
        input_sum=Sum("input_tokens", default=0),
        output_sum=Sum("output_tokens", default=0),
        cost_sum=Sum("cost", default=Decimal(0)),
        unpriced=Count("pk", filter=Q(cost=None)),
    )
    return sorted((CostLine(*row) for row in sums), key=lambda line: -line.cost)


def steps_of(run: Run) -> list[Span]:
    return list(spans_of(run)[:MOST_STEPS])


def feedback_on(run: Run) -> list[Feedback]:
    return list(Feedback.objects.of_run(run.pk).order_by("created_at", "id")[:MOST])


def events_around(run: Run) -> list[AuditEvent]:
    """Return what people and programs did with the run, and with its agent around its time."""
    found = AuditEvent.objects.about(run)[:MOST]
    agent = run.source.agent
    if agent is None:
        return list(found)
    around = AuditEvent.objects.about(agent).since(run.started_at - AROUND)
    return [*found, *around.until(run.ended_at + AROUND)[:MOST]]


def alerts_around(run: Run) -> list[Alert]:
    """Return the alerts about the run's agent that stood while it ran."""
    if run.source.agent_id is None:
        return []
    about = Alert.objects.filter(subject_id=run.source.agent_id)
    standing = Q(resolved_at=None) | Q(resolved_at__gte=run.started_at)
    return list(about.filter(standing, opened_at__lte=run.ended_at + AROUND)[:MOST])
