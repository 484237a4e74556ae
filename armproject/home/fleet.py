"""How many agents there are, where they live and how they are."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Count
from django.urls import reverse

from agents.models import Agent, Health
from agents.reports.summary import count_by_vendor

MOST = 10_000


@dataclass(frozen=True, slots=True)
class Share:
    """A part of all agents, and the list that shows it."""

    key: str
    label: str
    count: int
    percent: float
    url: str


@dataclass(frozen=True, slots=True)
class Fleet:
    total: int
    healths: tuple[Share, ...]
    vendors: tuple[Share, ...]
    url: str

    @property
    def sound(self) -> str:
        """Return the part of the checked agents that is healthy, in whole per cent.

        It is rounded, but "100%" means all of them and "0%" none.
        """
        counts = {share.key: share.count for share in self.healths}
        checked = sum(counts.values()) - counts[Health.UNKNOWN]
        if not checked:
            return ""
        healthy = counts[Health.HEALTHY]
        percent = (200 * healthy + checked) // (2 * checked)
        if 0 < healthy < checked:
            percent = min(max(percent, 1), 99)
        return f"{percent}%"


def read_fleet() -> Fleet:
    """Count by vendor what the database keeps counted, and by health at most `MOST` agents."""
    vendors = count_by_vendor()
    some = Agent.objects.present().order_by().values("pk")[:MOST]
    found = Agent.objects.filter(pk__in=some).order_by().values_list("health")
    healths = dict(found.annotate(count=Count("pk")))
    total, seen = sum(row["agents"] for row in vendors), sum(healths.values())
    return Fleet(
        total=total,
        healths=tuple(
            _share("health", key, Health(key).label, healths.get(key, 0), seen)
            for key in Health.values
        ),
        vendors=tuple(
            _share("vendor", row["vendor"], row["vendor_name"], row["agents"], total)
            for row in vendors
        ),
        url=reverse("admin:agents_agent_changelist"),
    )


def _share(field: str, key: str, label: str, count: int, whole: int) -> Share:
    listed = reverse("admin:agents_agent_changelist")
    percent = round(100 * count / whole, 2) if whole else 0.0
    return Share(key, label, count, percent, f"{listed}?{urlencode({field: key})}")
