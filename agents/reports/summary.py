"""The inventory in numbers."""

from typing import Any

from django.db.models import Avg, Count, Max, Q

from agents.models import Agent, AgentStatus, Health, VendorCount
from agents.models.vendors import label_of


def count_by_vendor() -> list[dict[str, Any]]:
    """Return how many present agents each vendor has, the most first; nothing is counted."""
    rows = VendorCount.objects.filter(present__gt=0).order_by("-present", "vendor")
    return [
        {"vendor": row.vendor, "vendor_name": label_of(row.vendor), "agents": row.present}
        for row in rows
    ]


def inventory_summary() -> dict[str, Any]:
    """Return how many agents there are: in all, by vendor, by status and by health."""
    vendors = count_by_vendor()
    return {
        "agents": sum(row["agents"] for row in vendors),
        "vanished": Agent.objects.vanished().order_by().count(),
        "vendors": vendors,
        "statuses": _counts("status", AgentStatus.values),
        "health": _counts("health", Health.values),
    }


def health_metrics() -> dict[str, Any]:
    """Return how the organization's agents are, in all and by vendor."""
    present = Agent.objects.present().order_by()
    rows = present.values("vendor").annotate(
        **{status: Count("pk", filter=Q(health=status)) for status in Health.values},
        agents=Count("pk"),
        score=Avg("health_score"),
        checked_at=Max("health_checked_at"),
    )
    vendors = [
        {**row, "score": None if row["score"] is None else round(float(row["score"]), 1)}
        for row in rows.order_by("vendor")
    ]
    counts = {status: sum(row[status] for row in vendors) for status in Health.values}
    total = sum(row["agents"] for row in vendors)
    known = total - counts[Health.UNKNOWN]
    return {
        "agents": total,
        **counts,
        "healthy_ratio": round(counts[Health.HEALTHY] / known, 4) if known else None,
        "average_score": present.aggregate(average=Avg("health_score"))["average"],
        "checked_at": max(
            (row["checked_at"] for row in vendors if row["checked_at"]), default=None
        ),
        "vendors": vendors,
    }


def _counts(field: str, values: list[str]) -> dict[str, int]:
    rows = Agent.objects.present().order_by().values_list(field).annotate(Count("pk"))
    return dict.fromkeys(values, 0) | dict(rows)
