"""Ready-made rules that most organizations want, to be added with one click."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from governance.judging import Comparison, Mode
from governance.registry import MEASURES


@dataclass(frozen=True, slots=True)
class Proposal:
    """A rule worth having; `values` are the fields of the rule."""

    slug: str
    why: str
    values: Mapping[str, Any]


PROPOSALS = (
    Proposal(
        "agent-down",
        "Somebody should know as soon as an agent cannot be reached.",
        {
            "name": "Agent down",
            "measure": "agent.down",
            "comparison": Comparison.ABOVE,
            "threshold": Decimal(0),
            "window_minutes": 60,
            "severity": "critical",
            "hold_minutes": 10,
        },
    ),
    Proposal(
        "health-low",
        "A score below 50 means that users of the agent notice.",
        {
            "name": "Agent health below 50",
            "measure": "agent.health_score",
            "comparison": Comparison.BELOW,
            "threshold": Decimal(50),
            "window_minutes": 60,
            "severity": "warning",
            "hold_minutes": 15,
        },
    ),
    Proposal(
        "errors-high",
        "One call in five that fails is more than bad luck.",
        {
            "name": "Error rate above 20 %",
            "measure": "agent.error_rate",
            "comparison": Comparison.ABOVE,
            "threshold": Decimal("0.2"),
            "window_minutes": 60,
            "severity": "critical",
            "hold_minutes": 15,
        },
    ),
    Proposal(
        "runs-failing",
        "More than one run in twenty that fails is seen by those who wait for it.",
        {
            "name": "Runs failing above 5 %",
            "measure": "runs.failed_ratio",
            "comparison": Comparison.ABOVE,
            "threshold": Decimal("0.05"),
            "window_minutes": 60,
            "severity": "critical",
            "hold_minutes": 15,
        },
    ),
    Proposal(
        "cost-daily",
        "Hear of an expensive day on that day, not with the invoice.",
        {
            "name": "Daily cost above 25",
            "measure": "costs.total",
            "comparison": Comparison.ABOVE,
            "threshold": Decimal(25),
            "window_minutes": 1440,
            "severity": "warning",
            "hold_minutes": 60,
            "cooldown_minutes": 360,
        },
    ),
    Proposal(
        "cost-spike",
        "A loop that calls itself shows as a cost that triples.",
        {
            "name": "Cost spike of an agent",
            "measure": "costs.agent",
            "comparison": Comparison.ABOVE,
            "mode": Mode.SPIKE,
            "threshold": Decimal(3),
            "minimum_base": Decimal(1),
            "window_minutes": 1440,
            "severity": "warning",
            "hold_minutes": 60,
            "cooldown_minutes": 360,
        },
    ),
    Proposal(
        "disk-filling",
        "A full disk takes in nothing more; at 80 % there is still time.",
        {
            "name": "Disk above 80 %",
            "measure": "installation.disk_used",
            "comparison": Comparison.ABOVE,
            "threshold": Decimal("0.8"),
            "window_minutes": 60,
            "severity": "critical",
            "hold_minutes": 10,
        },
    ),
)


def available() -> list[Proposal]:
    """Return the proposals whose measure an installed app provides."""
    return [proposal for proposal in PROPOSALS if proposal.values["measure"] in MEASURES]
