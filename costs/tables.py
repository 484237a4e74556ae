"""The tables of the Studio's page of costs: by agent, by model, and by who pays."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from urllib.parse import urlencode

from django.urls import reverse

from accounts.permissions import has_permission
from agents.models import Environment
from armproject.lib.money import Money
from costs.models import CostSource
from costs.periods import Named, Stretch
from costs.reports import By, Part

SHOWN: Final = 12
MOST: Final = 1_000
HUNDRED: Final = 100
NO_AGENT_NOTE: Final = (
    "No agent: keys that no known agent uses, what the vendor's sessions do not explain, and "
    "charges that name nobody."
)
NOT_ASSIGNED_NOTE: Final = (
    "Not assigned: agents of which nobody said it yet, and costs of no agent. Say it on the agent."
)
PAYERS: Final = {
    By.COST_CENTER: ("Cost centre", "cost centres"),
    By.OWNER: ("Owner", "owners"),
    By.ENVIRONMENT: ("Environment", "environments"),
    By.CONNECTION: ("Connection", "connections"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table: what it is, what it cost, how that is known and how much of each way."""

    part: Part
    label: str
    money: Money | None
    percent: Decimal
    url: str
    sources: Sequence[tuple[str, str, Money]]


@dataclass(frozen=True, slots=True)
class Table:
    """One table; `more` leads to all of its rows, `choices` to the same money divided otherwise."""

    name: str
    title: str
    noun: str
    heading: str
    rows: Sequence[Row]
    others: int
    others_money: Money
    more: str
    note: str
    choices: Sequence[tuple[str, str, bool]] = ()


Url = Callable[[Part], str]


def agents_table(parts: Sequence[Part], stretch: Stretch, currency: str, opened: str) -> Table:
    """Divide by agent; each leads to its page, what belongs to none to its records."""
    may_open = has_permission("agents.read")

    def url(part: Part) -> str:
        if not part.key:
            return _records_of_nobody(stretch)
        return reverse("admin:agents_agent_change", args=[part.key]) if may_open else ""

    shape = _Shape("agent", "By agent", "agents", "Agent", url, note=NO_AGENT_NOTE)
    return shape.table(parts, stretch, currency, opened)


def models_table(parts: Sequence[Part], stretch: Stretch, currency: str, opened: str) -> Table:
    """Divide by model."""
    shape = _Shape("model", "By model", "models", "Model", lambda part: "")
    return shape.table(parts, stretch, currency, opened)


def payers_table(
    parts: Sequence[Part], by: By, stretch: Stretch, currency: str, opened: str
) -> Table:
    """Divide among those who pay: by cost centre, owner, environment or connection."""
    heading, noun = PAYERS[by]
    shape = _Shape("payer", "Who pays", noun, heading, _payer_url(by), NOT_ASSIGNED_NOTE, by)
    return shape.table(parts, stretch, currency, opened)


def link(stretch: Stretch, currency: str, **more: str) -> str:
    """Return the page of the same days and currency, with something else asked."""
    asked = {"period": str(stretch.name)}
    if stretch.name == Named.CUSTOM:
        asked |= {"start": f"{stretch.first}", "end": f"{stretch.last}"}
    return f"?{urlencode({**asked, 'currency': currency, **more})}"


@dataclass(frozen=True, slots=True)
class _Shape:
    """What one table is called, where its rows lead, and what it says of those without a key."""

    name: str
    title: str
    noun: str
    heading: str
    url: Url
    note: str = ""
    by: By | None = None

    def table(self, parts: Sequence[Part], stretch: Stretch, currency: str, opened: str) -> Table:
        same = [part for part in parts if part.currency == currency]
        shown = MOST if opened == self.name else SHOWN
        rest, most = same[shown:], max((part.cost for part in same), default=Decimal(0))
        asked = {"by": str(self.by)} if self.by else {}
        return Table(
            self.name,
            self.title,
            self.noun,
            self.heading,
            [self._row(part, currency, most) for part in same[:shown]],
            len(rest),
            Money(sum((part.cost for part in rest), Decimal(0)), currency),
            f"{link(stretch, currency, **asked, all=self.name)}#costs-{self.name}",
            self.note if any(not part.key for part in same) else "",
            self._choices(stretch, currency),
        )

    def _row(self, part: Part, currency: str, most: Decimal) -> Row:
        return Row(
            part,
            _label(part, self.by),
            None if part.sources == [CostSource.UNPRICED] else Money(part.cost, currency),
            round(HUNDRED * part.cost / most, 1) if most else Decimal(0),
            self.url(part),
            [
                (source, CostSource(source).label, Money(part.by_source[source], currency))
                for source in part.sources
            ],
        )

    def _choices(self, stretch: Stretch, currency: str) -> Sequence[tuple[str, str, bool]]:
        if self.by is None:
            return ()
        return [
            (f"{link(stretch, currency, by=str(by))}#costs-payer", heading, by == self.by)
            for by, (heading, _) in PAYERS.items()
        ]


def _label(part: Part, by: By | None) -> str:
    known = by == By.ENVIRONMENT and part.key in Environment.values
    return str(Environment(part.key).label) if known else part.label


def _payer_url(by: By) -> Url:
    """Return where a row of those who pay leads: to its agents, or its connection."""
    if by == By.CONNECTION and has_permission("connections.read"):
        opened = "admin:connectors_connection_change"
        return lambda part: reverse(opened, args=[part.key]) if part.key else ""
    filtered = {By.ENVIRONMENT: "environment", By.OWNER: "owner"}.get(by)
    if filtered is None or not has_permission("agents.read"):
        return lambda part: ""
    listed = reverse("admin:agents_agent_changelist")
    return lambda part: f"{listed}?{urlencode({filtered: part.key})}" if part.key else ""


def _records_of_nobody(stretch: Stretch) -> str:
    """Return the list of those days' usage that belongs to no agent."""
    asked = {
        "agent__isnull": "True",
        "starts_at_from_0": f"{stretch.first}",
        "starts_at_from_1": "00:00:00",
        "starts_at_to_0": f"{stretch.last}",
        "starts_at_to_1": "23:59:59",
    }
    return f"{reverse('admin:costs_usagerecord_changelist')}?{urlencode(asked)}"
