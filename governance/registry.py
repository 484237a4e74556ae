"""What alert rules can watch; higher apps add their measures here when they load."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from uuid import UUID


class Unit(StrEnum):
    """What a measure counts in; it decides how values are shown. A flag is 1 where it holds."""

    SCORE = "score"
    RATIO = "ratio"
    MONEY = "money"
    COUNT = "count"
    FLAG = "flag"
    SECONDS = "seconds"


ZERO, ONE = Decimal(0), Decimal(1)
# Between which values a measure moves that declares no bounds of its own; None is no bound.
BOUNDS: dict[Unit, tuple[Decimal | None, Decimal | None]] = {
    Unit.SCORE: (ZERO, Decimal(100)),
    Unit.RATIO: (ZERO, ONE),
    Unit.MONEY: (ZERO, None),
    Unit.COUNT: (ZERO, None),
    Unit.FLAG: (ZERO, ONE),
    Unit.SECONDS: (ZERO, None),
}
HINTS: dict[Unit, str] = {
    Unit.SCORE: "A score from 0 to 100, such as 50.",
    Unit.RATIO: "A share from 0 to 1: 20 % is 0.2.",
    Unit.MONEY: "An amount of money, such as 25.",
    Unit.COUNT: "A count, such as 1000.",
    Unit.FLAG: "1 while it holds, else 0: leave it at above 0.",
    Unit.SECONDS: "Seconds, such as 1.5.",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """The value of a measure for one subject, or for the organization where `subject_id` is None.

    `value` is None where nothing is known, which never fires a rule. `currency` belongs to money.
    """

    subject_type: str
    subject_id: UUID | None
    subject_label: str
    value: Decimal | None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """The window a measure is asked about: start ≤ t < end, both aware UTC."""

    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        return self.end - self.start

    def before(self) -> "Span":
        """Return the window of the same length that came just before."""
        return Span(self.start - self.length, self.start)


Read = Callable[[Span, UUID | None], Iterable[Reading]]


@dataclass(frozen=True, slots=True)
class Measure:
    """Something a rule can watch.

    `read(span, subject_id)` answers, inside the fence, one reading for each subject, or only for
    the one asked about. `lower_is_worse` tells which way a threshold points by default. `bounds`
    are the lowest and highest value it takes, `hint` how a threshold is written; where a measure
    declares none, those of its unit hold.
    """

    name: str
    label: str
    unit: Unit
    subject: str
    read: Read
    description: str
    lower_is_worse: bool = False
    bounds: tuple[Decimal | None, Decimal | None] | None = None
    hint: str = ""

    @property
    def lowest(self) -> Decimal | None:
        return (self.bounds or BOUNDS[self.unit])[0]

    @property
    def highest(self) -> Decimal | None:
        return (self.bounds or BOUNDS[self.unit])[1]

    @property
    def threshold_hint(self) -> str:
        """How a threshold for it is written."""
        return self.hint or HINTS[self.unit]


MEASURES: dict[str, Measure] = {}


def add_measure(measure: Measure) -> None:
    """Let alert rules watch this measure."""
    MEASURES[measure.name] = measure
