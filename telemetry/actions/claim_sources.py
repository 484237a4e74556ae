"""Find out which agents report."""

from datetime import timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from accounts.permissions import require
from agents.actions.introduce_agent import introduce_agent
from agents.actions.queue_check import queue_check
from agents.models import Agent
from telemetry.models import ModelUse, Source

A_DAY = timedelta(days=1)
AT_ONCE = 500
# So many agents enter the inventory by their own telemetry in a day; the names of others wait, so
# that a sender who invents names floods it slowly enough for people to see and stop it.
MOST_A_DAY = 2_000
# How sure it is that something is an agent: it says so, or it merely calls models.
NAMED, CALLING = Decimal("0.95"), Decimal("0.60")


class Used(NamedTuple):
    """A model, and how often it was called."""

    vendor: str
    model: str
    calls: int


@transaction.atomic
def claim_sources() -> int:
    """Connect sources with the agents of the inventory; unknown ones become candidates.

    A source that neither names an agent nor calls a model is a service like any other and waits
    until it does. Returns how many agents were found.
    """
    require("telemetry.write")
    waiting = Source.objects.unknown().select_for_update(skip_locked=True)
    new = Agent.ever.introduced_since(timezone.now() - A_DAY)[:MOST_A_DAY].count()
    some = waiting[: min(AT_ONCE, MOST_A_DAY - new)]
    claimed = [agent for source in some if (agent := _claim(source)) is not None]
    if claimed:
        queue_check([agent.pk for agent in claimed], dedupe_key="telemetry:found")
    return len(claimed)


def _claim(source: Source) -> Agent | None:
    used = _most_used(source)
    is_named = bool(source.agent_name or source.vendor_agent_id)
    if not is_named and used is None:
        return None
    agent = introduce_agent(
        source.key.replace("\n", "/"),
        name=str(source),
        vendor_agent_id=source.vendor_agent_id,
        description=source.description,
        model=used.model if used else "",
        environment=source.environment,
        confidence=NAMED if is_named else CALLING,
        evidence=_evidence(source, used),
    )
    Source.objects.filter(pk=source.pk).update(agent=agent)
    Agent.objects.filter(pk=agent.pk).update(last_active_at=source.last_seen_at)
    return agent


def _most_used(source: Source) -> Used | None:
    """Return the model this source called most, if it called any."""
    use = ModelUse.objects.filter(source_id=source.pk).order_by()
    sums = use.values_list("vendor", "model").annotate(number=Sum("calls"))
    most = sums.order_by("-number", "model").first()
    return None if most is None else Used(*most)


def _evidence(source: Source, used: Used | None) -> dict[str, Any]:
    told = {
        "service": source.service,
        "agent_version": source.agent_version,
        "told_in": source.dialect,
        "first_seen": source.created_at.isoformat(timespec="seconds"),
        "model_vendor": used.vendor if used else "",
        "model_calls": used.calls if used else None,
    }
    return {name: value for name, value in told.items() if value}
