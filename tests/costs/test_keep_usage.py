"""Usage and bills are replaced whole, and the sums follow in the same transaction."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Sum

from armproject.lib.errors import Forbidden
from connectors.base import Period
from costs.actions.claim_usage import claim_usage
from costs.actions.keep_usage import keep_usage
from costs.actions.price_again import price_again
from costs.actions.verify_rollups import verify_rollups
from costs.models import AgentDay, BilledCost, CostSource, ModelHour, UsageRecord, UsageRole
from governance.models import AuditEvent
from tests.cast import House
from tests.costs.conftest import DAY, HOUR, Book, open_book


def summed(book: Book) -> tuple[Decimal, Decimal]:
    """Return all cost by the hour and by agent; they must agree."""
    with book.house.inside():
        return tuple(
            model.objects.aggregate(sum=Sum("cost", default=Decimal(0)))["sum"]
            for model in (ModelHour, AgentDay)
        )


def test_the_same_reading_twice_changes_nothing(book: Book) -> None:
    rows = [book.row(9), book.row(10, model="gpt-5-mini")]
    first, second = book.usage(*rows), book.usage(*rows)
    assert first.counts() == {"rows": 2, "new": 2, "changed": 0, "removed": 0}
    assert second.counts() == {"rows": 2, "new": 0, "changed": 0, "removed": 0}
    assert second.days == set()
    with book.house.inside():
        assert UsageRecord.objects.count() == 2


def test_a_correction_lowers_as_well_as_raises(book: Book) -> None:
    book.usage(book.row(input_tokens=4_000_000, output_tokens=0, requests=1_000))
    assert summed(book) == (10, 10)
    book.usage(book.row(input_tokens=2_000_000, output_tokens=0, requests=1_000))
    assert summed(book) == (5, 5)
    book.usage()
    assert summed(book) == (0, 0)


def test_only_the_span_that_was_read_is_replaced(book: Book) -> None:
    book.usage(book.row(start=book.day - DAY), book.row())
    kept = book.usage(span=Period(book.day, book.day + DAY))
    assert kept.removed == 1
    with book.house.inside():
        assert UsageRecord.objects.get().starts_at == book.day - DAY


def test_a_failure_leaves_everything_as_it_was(book: Book) -> None:
    book.usage(book.row())
    before = summed(book)
    with pytest.raises(DatabaseError), book.house.inside():
        keep_usage(book.connection, book.span, [book.row(11), book.row(12, model="g" * 201)])
    assert summed(book) == before
    with book.house.inside():
        assert UsageRecord.objects.count() == 1


def test_the_database_itself_refuses_amounts_that_are_none(book: Book) -> None:
    book.usage(book.row())
    statement = "UPDATE costs_usagerecord SET total_cost = %s::numeric"
    for value in ("NaN", "-0.01"):
        with (
            book.house.inside(),
            connection.cursor() as cursor,
            pytest.raises(DatabaseError),
            transaction.atomic(),
        ):
            cursor.execute(statement, [value])


def test_a_bill_replaces_the_estimate_and_its_correction_the_bill(book: Book) -> None:
    book.usage(book.row())
    with book.house.inside():
        assert UsageRecord.objects.get().cost_source == CostSource.ESTIMATED
    book.bills(book.bill("7.5"))
    assert summed(book) == (Decimal("7.5"), Decimal("7.5"))
    book.bills(book.bill("7.25"))
    assert summed(book) == (Decimal("7.25"), Decimal("7.25"))
    with book.house.inside():
        record = UsageRecord.objects.get()
        assert (record.total_cost, record.cost_source) == (Decimal("7.25"), CostSource.BILLED)
        assert record.input_cost + record.output_cost == record.total_cost
    book.bills()
    with book.house.inside():
        assert UsageRecord.objects.get().cost_source == CostSource.ESTIMATED


def test_a_credit_is_kept_beside_the_bill_and_not_deducted(book: Book) -> None:
    book.bills(book.bill("7"), book.bill("-2", item="promotional credit"))
    assert summed(book) == (7, 7)
    with book.house.inside():
        assert BilledCost.objects.aggregate(sum=Sum("credit"))["sum"] == 2


def test_figures_add_up_to_the_bill_to_the_last_digit(book: Book) -> None:
    agents = [book.agent(f"n{n}") for n in range(7)]
    book.usage(*(book.row(n, agent=agent.vendor_agent_id) for n, agent in enumerate(agents)))
    book.bills(book.bill("1.0000000001"), book.bill("0.0000000006", model="", item="search"))
    assert summed(book) == (Decimal("1.0000000007"), Decimal("1.0000000007"))
    with book.house.inside():
        assert AgentDay.objects.exclude(agent=None).aggregate(sum=Sum("cost"))["sum"] == Decimal(
            "1.0000000001"
        )


def test_sessions_divide_a_report_without_counting_twice(book: Book) -> None:
    tree, leaf = book.agent("tree"), book.agent("leaf")
    book.usage(
        book.row(9, source="agents_api", api_key="k", input_tokens=1_000, output_tokens=0),
        book.row(9, source="sessions", agent="agent_tree", input_tokens=600, output_tokens=0),
        book.row(9, source="sessions", agent="agent_leaf", input_tokens=300, output_tokens=0),
    )
    book.bills(book.bill("20", source="agents_api", api_key="k"))
    with book.house.inside():
        costs = dict(AgentDay.objects.values_list("agent").annotate(sum=Sum("cost")))
        assert costs == {tree.pk: 12, leaf.pk: 6, None: 2}
        assert UsageRecord.objects.traffic().get().total_cost == 20
        assert UsageRecord.objects.get(agent=tree).role == UsageRole.AGENT_SHARE
        assert UsageRecord.objects.get(agent=tree).total_cost == 12
        assert ModelHour.objects.aggregate(sum=Sum("input_tokens"))["sum"] == 1_000
    book.usage(book.row(9, source="sessions", agent="agent_tree"))
    with book.house.inside():
        assert UsageRecord.objects.get().role == UsageRole.TRAFFIC


def test_sessions_that_could_not_be_read_stay(book: Book) -> None:
    book.agent("tree")
    shared = book.row(9, source="agents_api", api_key="k")
    book.usage(shared, book.row(9, source="sessions", agent="agent_tree"))
    book.usage(shared, spare="sessions")
    with book.house.inside():
        assert UsageRecord.objects.count() == 2


def test_a_runtime_connection_does_not_double_an_admins_report(house: House) -> None:
    admin, runtime = open_book(house, "Admin"), open_book(house, "Project")
    runtime.agent("tree")
    admin.usage(admin.row(9, source="agents_api", api_key="k"))
    runtime.usage(runtime.row(9, source="sessions", agent="agent_tree"))
    with house.inside():
        assert ModelHour.objects.aggregate(sum=Sum("input_tokens"))["sum"] == 1_000
        assert AgentDay.objects.exclude(agent=None).get().input_tokens == 1_000


def test_another_organization_of_the_vendor_is_another_account(house: House) -> None:
    admin = open_book(house, "Admin")
    other = open_book(house, "Elsewhere", options={"organization": "org-other"})
    other.agent("tree")
    admin.usage(admin.row(9, source="agents_api", api_key="k"))
    other.usage(other.row(9, source="sessions", agent="agent_tree"))
    with house.inside():
        assert ModelHour.objects.aggregate(sum=Sum("input_tokens"))["sum"] == 2_000


def test_an_account_connected_again_does_not_count_twice(house: House) -> None:
    first, second = open_book(house, "Old"), open_book(house, "New")
    for book in (first, second):
        book.usage(book.row(9, api_key="k"), book.row(10, api_key="k"))
        book.bills(book.bill("3", api_key="k"))
    assert summed(second) == (3, 3)
    with house.inside():
        assert {record.connection for record in UsageRecord.objects.all()} == {second.connection}


def test_a_programs_key_makes_its_usage_an_agents(book: Book) -> None:
    robot = book.agent("robot", vendor_agent_id="svc_1", config={"api_key_ids": ["key_1"]})
    book.usage(
        book.row(9, api_key="key_1", source="unlabeled"),
        book.row(9, api_key="key_1", source="agents_api"),
    )
    with book.house.inside():
        owned = UsageRecord.objects.get(agent=robot)
        assert owned.surface == "unlabeled"


def test_usage_goes_to_agents_that_are_found_later(book: Book) -> None:
    book.usage(book.row(agent="agent_late"))
    book.bills(book.bill("4"))
    late = book.agent("late")
    with book.house.inside():
        assert claim_usage("openai", book.span) == 1
        assert AgentDay.objects.get().agent == late
        assert AgentDay.objects.get().cost == 4


def test_what_had_no_price_is_priced_by_a_newer_list(book: Book) -> None:
    book.usage(book.row(model="gpt-4o"), book.row(model="acme-7b"))
    with book.house.inside():
        UsageRecord.objects.update(
            estimated_cost=None, price_version="older", cost_source=CostSource.UNPRICED
        )
        assert price_again("openai") == 2
        priced = UsageRecord.objects.get(model="gpt-4o")
        assert priced.total_cost == Decimal("0.0035")
        assert UsageRecord.objects.get(model="acme-7b").total_cost is None
        assert price_again("openai") == 0


def test_rows_that_count_nothing_are_not_kept(book: Book) -> None:
    assert book.usage(book.row(input_tokens=0, output_tokens=0, requests=0)).new == 0


def test_the_daily_check_reports_and_mends_wrong_sums(book: Book) -> None:
    book.usage(book.row(agent="x"))
    book.bills(book.bill("4"))
    with book.house.inside():
        assert verify_rollups() == []
        ModelHour.objects.update(cost=5)
        (difference,) = verify_rollups()
        assert (difference.stored.cost, difference.actual.cost) == (5, 4)
        assert AuditEvent.objects.filter(action="costs.rollups_differ").count() == 1
        assert verify_rollups() == []
    assert summed(book) == (4, 4)


def test_a_new_time_zone_moves_the_days_of_agents(book: Book) -> None:
    book.usage(book.row(23))
    with book.house.inside():
        assert AgentDay.objects.get().day == book.day.date()
        book.house.organization.time_zone = "Asia/Tokyo"
        book.house.organization.save()
        assert len(verify_rollups()) == 1
        assert AgentDay.objects.get().day == (book.day + timedelta(days=1)).date()


def test_days_are_kept_that_begin_in_a_month_without_partitions(book: Book) -> None:
    start = book.day - 300 * DAY
    book.usage(book.row(start=start + HOUR), span=Period(start, start + DAY))
    with book.house.inside():
        assert UsageRecord.objects.get().starts_at == start + HOUR


def test_figures_are_kept_apart_between_companies(book: Book, neighbours: House) -> None:
    book.usage(book.row(api_key="k"))
    theirs = open_book(neighbours)
    theirs.usage(theirs.row(api_key="k"))
    for house in (book.house, neighbours):
        with house.inside():
            assert UsageRecord.objects.count() == ModelHour.objects.count() == 1


def test_keeping_usage_needs_the_permission(book: Book) -> None:
    with pytest.raises(Forbidden), book.house.inside("viewer"):
        keep_usage(book.connection, book.span, [book.row()])
