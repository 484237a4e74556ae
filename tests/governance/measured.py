"""A measure whose readings the test says, and an organization that hears of alerts."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from governance.actions.create_channel import create_channel
from governance.actions.create_rule import create_rule
from governance.models import Alert, AlertRule, Channel
from governance.registry import MEASURES, Measure, Reading, Span, Unit
from tests.cast import House


@dataclass
class Gauge:
    """Stands in for a higher app: it registers a real measure and answers what it was told."""

    unit: Unit = Unit.MONEY
    readings: list[Reading] = field(default_factory=list)
    former: list[Reading] = field(default_factory=list)
    asked: list[Span] = field(default_factory=list)
    read_by: Any = None

    def read(self, span: Span, subject_id: UUID | None) -> Any:
        if self.read_by is not None:
            return self.read_by(span, subject_id)
        is_former = bool(self.asked) and span.end == self.asked[-1].start
        self.asked.append(span)
        found = self.former if is_former else self.readings
        return [r for r in found if subject_id is None or r.subject_id == subject_id]

    def say(self, *values: Any, label: str = "Invoice bot", subject: UUID | None = None) -> None:
        self.readings = [reading(value, label=label, subject=subject) for value in values]


def reading(
    value: Any, *, label: str = "Invoice bot", subject: UUID | None = None, currency: str = "USD"
) -> Reading:
    known = None if value is None else Decimal(str(value))
    return Reading("organization", subject, label, known, currency)


@contextmanager
def measured(name: str = "test.cost", unit: Unit = Unit.MONEY) -> Iterator[Gauge]:
    gauge, before = Gauge(unit), MEASURES.get(name)
    MEASURES[name] = Measure(
        name, "Cost", unit, "organization", gauge.read, "What it cost in the window."
    )
    try:
        yield gauge
    finally:
        del MEASURES[name]
        if before is not None:
            MEASURES[name] = before


def make_rule(house: House, **values: Any) -> AlertRule:
    with house.inside():
        return create_rule(
            **{
                "name": "Too dear",
                "measure": "test.cost",
                "threshold": Decimal(10),
                "window_minutes": 1440,
                "hold_minutes": 0,
                "cooldown_minutes": 0,
                **values,
            }
        )


def make_channel(house: House, **values: Any) -> Channel:
    fields = {
        "name": "On call",
        "kind": "email",
        "emails": ["oncall@acme.example"],
        "is_default": True,
        **values,
    }
    with house.inside():
        return create_channel(**fields)[0]


def alerts(house: House) -> list[Alert]:
    with house.inside():
        return list(Alert.objects.order_by("id"))
