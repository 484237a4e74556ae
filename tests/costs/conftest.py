"""A company with a vendor's figures, kept as a sync keeps them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from agents.models import Agent
from connectors.base import CostRow, Period, UsageRow
from connectors.models import Connection, ConnectionStatus
from costs.actions.keep_costs import keep_costs
from costs.actions.keep_usage import keep_usage
from tests.cast import House

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BOTH = [
    {"verb": verb, "support": "native", "credential": "admin", "reason": ""}
    for verb in ("usage", "costs")
]


@dataclass
class Book:
    """One connection of a house, into which usage and bills are kept."""

    house: House
    connection: Connection

    @property
    def day(self) -> datetime:
        """The beginning of the day before yesterday, by UTC: over, and recent."""
        now = timezone.now().astimezone(UTC)
        return now.replace(hour=0, minute=0, second=0, microsecond=0) - 2 * DAY

    @property
    def span(self) -> Period:
        return Period(self.day - 10 * DAY, self.day + 3 * DAY)

    def usage(self, *rows: UsageRow, span: Period | None = None, **options: Any) -> Any:
        with self.house.inside():
            return keep_usage(self.connection, span or self.span, rows, **options)

    def bills(self, *rows: CostRow, span: Period | None = None) -> Any:
        with self.house.inside():
            return keep_costs(self.connection, span or self.span, rows)

    def row(self, hour: int = 9, **values: Any) -> UsageRow:
        """Return a row of an hour of the day: 1,000 tokens in, 100 out, in one request."""
        start = values.pop("start", self.day + hour * HOUR)
        base = {
            "start": start,
            "end": start + HOUR,
            "model": "gpt-4o",
            "input_tokens": 1_000,
            "output_tokens": 100,
            "requests": 1,
        }
        return UsageRow(**{**base, **values})

    def bill(self, amount: str, **values: Any) -> CostRow:
        start = values.pop("start", self.day)
        base = {"currency": "USD", "item": "tokens", "model": "gpt-4o"}
        return CostRow(
            **{"start": start, "end": start + DAY, "amount": Decimal(amount), **base, **values}
        )

    def agent(self, name: str, **values: Any) -> Agent:
        with self.house.inside():
            return Agent.objects.create(
                connection=self.connection,
                vendor=self.connection.vendor,
                vendor_agent_id=values.pop("vendor_agent_id", f"agent_{name}"),
                name=name,
                **values,
            )


def open_book(house: House, name: str = "OpenAI", vendor: str = "openai", **values: Any) -> Book:
    with house.inside():
        connection = Connection.objects.create(
            name=name,
            vendor=vendor,
            status=ConnectionStatus.HEALTHY,
            **{"capabilities": BOTH, **values},
        )
    return Book(house, connection)


@pytest.fixture
def book(house: House) -> Iterator[Book]:
    """An OpenAI connection of the house, without figures yet."""
    return open_book(house)
