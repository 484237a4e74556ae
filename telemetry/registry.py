"""What telemetry asks of the apps above it; they register what answers."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

from telemetry.records import SpanRecord

Pricer = Callable[[SpanRecord, datetime], Decimal | None]

_pricers: list[Pricer] = []


def price_with(pricer: Pricer) -> None:
    """Let this function say what a model call costs, in US dollars; None where nobody knows."""
    _pricers[:] = [pricer]


def price_of(record: SpanRecord, at: datetime) -> Decimal | None:
    """Return what a model call costs by the prices of that time, if that is known."""
    return _pricers[0](record, at) if _pricers else None
