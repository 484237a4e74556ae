"""What agents told of their calls counts where no vendor reports it, and never twice."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from costs.actions.keep_observed import keep_observed
from costs.actions.price_again import price_again
from costs.actions.verify_rollups import verify_rollups
from costs.attribution import TELEMETRY
from costs.models import AgentDay, CostSource, ModelHour, UsageRecord, UsageRole
from costs.periods import Named, Stretch, zone_of
from costs.reconciliation import gaps
from costs.reports import By, breakdown
from telemetry.models import ModelUse, Source
from tests.cast import House
from tests.costs.conftest import HOUR, Book, open_book

WEEK = timedelta(days=7)


@dataclass
class Told:
    """What agents of a house told of their calls on the book's day."""

    book: Book

    def source(self, name: str, **values: Any) -> Source:
        with self.book.house.inside():
            source, _ = Source.objects.get_or_create(
                key=name,
                defaults={"agent_name": name, "service": "desk", "last_seen_at": timezone.now()},
            )
            Source.objects.filter(pk=source.pk).update(**values)
            return source

    def use(self, source: Source, cost: str, hour: int = 9, **values: Any) -> None:
        base = {"vendor": "openai", "model": "gpt-4o", "calls": 1, "input_tokens": 1_000}
        with self.book.house.inside():
            ModelUse.objects.create(
                source_id=source.pk,
                hour=self.book.day + hour * HOUR,
                cost=Decimal(cost),
                output_tokens=100,
                **{**base, **values},
            )

    def keep(self) -> int:
        with self.book.house.inside():
            return keep_observed(WEEK)

    def total(self) -> Decimal:
        """Return the day's money, after a look whether every sum agrees with its records."""
        with self.book.house.inside():
            assert verify_rollups(WEEK) == []
            hours = sum(row.cost for row in ModelHour.objects.all())
            assert hours == sum(row.cost for row in AgentDay.objects.all())
            return Decimal(hours)

    def sources(self) -> set[str]:
        with self.book.house.inside():
            return {row.cost_source for row in ModelHour.objects.all()}

    def of_agents(self) -> dict[str, Decimal]:
        with self.book.house.inside():
            return {part.label: part.cost for part in breakdown(self.days(), By.AGENT)}

    def days(self) -> Stretch:
        day: datetime = self.book.day
        first = (day - timedelta(days=1)).date()
        return Stretch(Named.CUSTOM, first, first + timedelta(days=2), zone_of("UTC"))


@pytest.fixture
def told(book: Book) -> Told:
    return Told(book)


def test_where_no_vendor_reports_each_call_counts_at_its_own_price(told: Told) -> None:
    porter = told.book.agent("porter")
    told.use(told.source("porter", agent_id=porter.pk), "0.0123456789")
    told.use(told.source("stray"), "1", model="claude-x", vendor="mistral")
    assert told.keep() == 2
    assert told.total() == Decimal("1.0123456789")
    assert told.sources() == {CostSource.OBSERVED}
    assert told.of_agents() == {"porter": Decimal("0.0123456789"), "No agent": Decimal(1)}
    assert told.keep() == 0


def test_a_vendors_report_takes_the_place_of_what_agents_told(told: Told) -> None:
    porter = told.book.agent("porter")
    told.use(told.source("porter", agent_id=porter.pk), "0.002")
    told.keep()
    assert told.total() == Decimal("0.002")
    told.book.usage(told.book.row(project="p1"))
    assert told.total() == Decimal("0.0035")
    assert told.sources() == {CostSource.ESTIMATED}
    told.book.bills(told.book.bill("5"))
    assert told.total() == 5
    assert told.keep() == 0
    assert told.total() == 5
    with told.book.house.inside():
        (record,) = UsageRecord.objects.filter(surface=TELEMETRY)
        assert record.role == UsageRole.AGENT_SHARE
        assert record.estimated_cost == Decimal("0.002")


def test_when_the_vendor_takes_its_report_back_what_agents_told_counts_again(told: Told) -> None:
    told.use(told.source("porter"), "2")
    told.keep()
    told.book.usage(told.book.row())
    told.book.usage()
    assert told.total() == 2
    assert told.sources() == {CostSource.OBSERVED}


def test_a_bill_alone_is_enough(told: Told) -> None:
    porter = told.book.agent("porter")
    told.use(told.source("porter", agent_id=porter.pk), "2")
    told.keep()
    told.book.bills(told.book.bill("5"))
    assert told.total() == 5
    assert told.of_agents() == {"porter": Decimal(2), "No agent": Decimal(3)}


def test_what_a_report_names_no_agent_for_is_divided_by_what_agents_told(told: Told) -> None:
    for name, cost in (("tree", "0.0007"), ("leaf", "0.0014")):
        agent = told.book.agent(name)
        told.use(told.source(name, agent_id=agent.pk), cost)
    told.keep()
    told.book.usage(told.book.row(api_key="key_of_many"))
    assert told.total() == Decimal("0.0035")
    shares = told.of_agents()
    assert shares == {
        "tree": Decimal("0.0007"),
        "leaf": Decimal("0.0014"),
        "No agent": Decimal("0.0014"),
    }
    told.book.bills(told.book.bill("35"))
    assert told.of_agents() == {"tree": 7, "leaf": 14, "No agent": 14}
    assert told.total() == 35


def test_agents_never_claim_more_than_there_is(told: Told) -> None:
    agent = told.book.agent("greedy")
    told.use(told.source("greedy", agent_id=agent.pk), "900")
    told.keep()
    told.book.usage(told.book.row())
    assert told.total() == Decimal("0.0035")
    assert told.of_agents() == {"greedy": Decimal("0.0035")}


def test_an_agent_the_vendor_names_keeps_what_is_its_own(told: Told) -> None:
    told.book.agent("named")
    other = told.book.agent("other")
    told.use(told.source("other", agent_id=other.pk), "3")
    told.keep()
    told.book.usage(told.book.row(agent="agent_named"))
    assert told.of_agents() == {"named": Decimal("0.0035")}


def test_another_vendors_report_covers_nothing(told: Told) -> None:
    told.use(told.source("porter"), "2", vendor="anthropic", model="claude-x")
    told.book.usage(told.book.row())
    told.keep()
    assert told.total() == Decimal("2.0035")


def test_two_accounts_of_a_vendor_cover_it_and_nothing_is_guessed(told: Told) -> None:
    agent = told.book.agent("porter")
    told.use(told.source("porter", agent_id=agent.pk), "2")
    other = open_book(told.book.house, "Second", options={"organization": "org_2"})
    told.book.usage(told.book.row(hour=1))
    other.usage(other.row(hour=2))
    told.keep()
    assert told.total() == Decimal("0.0070")
    assert told.of_agents() == {"No agent": Decimal("0.0070")}


def test_calls_without_a_price_are_told_and_cost_nothing(told: Told) -> None:
    told.use(told.source("porter"), "0", model="acme-7b", unpriced=1)
    told.keep()
    assert told.sources() == {CostSource.UNPRICED}
    with told.book.house.inside():
        price_again("openai")
        assert UsageRecord.objects.get(surface=TELEMETRY).estimated_cost is None


def test_what_arrives_late_is_added_and_a_found_agent_gets_its_own(told: Told) -> None:
    source = told.source("porter")
    told.use(source, "2")
    told.keep()
    with told.book.house.inside():
        ModelUse.objects.update(cost=3, calls=2)
    agent = told.book.agent("porter")
    told.source("porter", agent_id=agent.pk)
    assert told.keep() == 1
    assert told.total() == 3
    assert told.of_agents() == {"porter": Decimal(3)}


def test_reconciliation_says_how_far_both_are_apart(told: Told) -> None:
    told.use(told.source("porter"), "2")
    told.keep()
    with told.book.house.inside():
        assert gaps(told.days()) == []
    told.book.bills(told.book.bill("5"))
    with told.book.house.inside():
        (gap,) = gaps(told.days())
    assert (gap.vendor, gap.days, gap.observed, gap.reported) == ("openai", 1, 2, 5)
    assert (gap.difference, gap.share) == (3, Decimal("0.4"))
    days = told.days()
    asked = {"period": "custom", "start": days.first, "end": days.last}
    rows = told.book.house.api("viewer").get("/costs/reconciliation", **asked).json()["data"]
    assert [(row["vendor"], row["share"]) for row in rows] == [("openai", "0.400000")]


def test_the_pages_say_where_figures_come_from(told: Told) -> None:
    told.use(told.source("porter"), "2", vendor="mistral")
    told.use(told.source("porter"), "1")
    told.keep()
    told.book.bills(told.book.bill("5"))
    days = told.days()
    browser = told.book.house.browser("viewer")
    asked = {"period": "custom", "start": days.first, "end": days.last, "by": "connection"}
    page = unescape(browser.get("/studio/costs/usagerecord/overview", asked).content.decode())
    for words in ("Seen by ARM", "Told by agents alone", "$1.00 of $5.00"):
        assert words in page
    listed = browser.get("/studio/costs/usagerecord/").content.decode()
    assert "Told by agents" in listed


def test_others_see_nothing_of_it(told: Told, neighbours: House) -> None:
    told.use(told.source("porter"), "2")
    told.keep()
    with neighbours.inside():
        assert keep_observed(WEEK) == 0
        assert not UsageRecord.objects.exists()


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["use", "keep", "report", "bill", "nothing"]),
        st.integers(0, 3),
        st.integers(1, 9),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=25)
@given(STEPS)
@pytest.mark.django_db
def test_in_any_order_the_day_costs_what_its_best_teller_says(steps: list[Any]) -> None:
    from tests.cast import make_house

    told = Told(open_book(make_house(f"Acme {uuid4().hex[:8]}")))
    observed, reported, billed = Decimal(0), Decimal(0), Decimal(0)
    for number, (what, hour, amount) in enumerate(steps):
        if what == "use":
            told.use(told.source(f"agent {number}"), str(amount), hour)
            observed += amount
        elif what == "report":
            told.book.usage(told.book.row(hour, requests=amount))
            with told.book.house.inside():
                row = UsageRecord.objects.exclude(surface=TELEMETRY).get()
            reported = row.estimated_cost or Decimal(0)
        elif what in ("bill", "nothing"):
            billed = Decimal(amount) if what == "bill" else Decimal(0)
            told.book.bills(*([told.book.bill(str(amount))] if what == "bill" else []))
        told.keep()
        assert told.total() == (billed or reported or observed)
