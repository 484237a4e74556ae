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
    the one asked about. `lower_is_worse` tells which way a threshold points by default.
    """

    name: str
    label: str
    unit: Unit
    subject: str
    read: Read
    description: str
    lower_is_worse: bool = False


MEASURES: dict[str, Measure] = {}


def add_measure(measure: Measure) -> None:
    """Let alert rules watch this measure."""
    MEASURES[measure.name] = measure
