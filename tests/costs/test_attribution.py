"""The rules by which usage and bills make figures, without a database."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from costs.apportion import apportion, apportion_money, units
from costs.attribution import (
    ALLOCATED,
    BILLED,
    ESTIMATED,
    SESSIONS,
    UNPRICED,
    Bill,
    Line,
    Names,
    attribute,
)
from costs.rollups import roll_up
from costs.sums import total

DAY = datetime(2026, 11, 18, tzinfo=UTC)
ONE = uuid4()
TREE, LEAF = uuid4(), uuid4()


def line(names: Names, estimate: str | None = "1", hour: int = 9, **values: object) -> Line:
    base = {
        "input": 1_000,
        "output": 100,
        "cached": 0,
        "cache_write": 0,
        "requests": 1,
        "errors": 0,
    }
    return Line(
        id=uuid4(),
        connection=ONE,
        start=DAY + timedelta(hours=hour),
        is_day=False,
        names=names,
        estimate=None if estimate is None else Decimal(estimate),
        **{**base, **values},
    )


def bill(names: Names, amount: str, currency: str = "USD", owner: UUID | None = None) -> Bill:
    return Bill(uuid4(), ONE, DAY, names, Decimal(amount), currency, owner)


def test_what_is_billed_stands_whatever_the_estimate_says() -> None:
    used = line(Names("gpt", api_key="k"), "5")
    result = attribute([used], [bill(Names("gpt", api_key="k"), "3.25")])
    assert result.figures[used.id].amount == Decimal("3.25")
    assert result.figures[used.id].source == BILLED


def test_a_bill_that_names_less_is_divided_by_estimated_cost() -> None:
    one, other = line(Names("gpt", "a"), "1"), line(Names("gpt", "b"), "3")
    result = attribute([one, other], [bill(Names("gpt"), "8")])
    assert [result.figures[each.id].amount for each in (one, other)] == [Decimal(2), Decimal(6)]
    assert {figure.source for figure in result.figures.values()} == {ALLOCATED}


def test_hours_of_one_thing_are_billed_not_allocated() -> None:
    hours = [line(Names("gpt", "a"), "1", hour) for hour in (3, 4)]
    result = attribute(hours, [bill(Names("gpt", "a"), "8")])
    assert {figure.source for figure in result.figures.values()} == {BILLED}


def test_several_items_of_a_bill_add_up_over_the_same_usage() -> None:
    used = line(Names("gpt"))
    result = attribute([used], [bill(Names("gpt"), "1.5"), bill(Names("gpt"), "0.25")])
    assert result.figures[used.id].amount == Decimal("1.75")


def test_traffic_without_a_bill_is_estimated_and_without_a_price_unpriced() -> None:
    known, unknown = line(Names("gpt"), "2"), line(Names("new"), None)
    result = attribute([known, unknown], [])
    assert result.figures[known.id].source == ESTIMATED
    assert result.figures[unknown.id].source == UNPRICED
    assert result.figures[unknown.id].amount == 0


def test_a_bill_without_usage_keeps_its_amount() -> None:
    used, charged = line(Names("gpt")), bill(Names(""), "0.7")
    result = attribute([used], [charged, bill(Names("gpt"), "1")])
    assert result.left[charged.id] == Decimal("0.7")
    assert result.figures[used.id].amount == 1


def test_an_unpriced_line_takes_its_part_of_a_bill_by_its_tokens() -> None:
    known, unknown = line(Names("gpt", project="p"), "1"), line(Names("new", project="p"), None)
    result = attribute([known, unknown], [bill(Names(project="p"), "4")])
    assert [result.figures[each.id].amount for each in (known, unknown)] == [2, 2]


def test_own_code_does_not_pay_for_agents() -> None:
    agent, code = line(Names("gpt", "a")), line(Names("gpt", ""))
    result = attribute([agent, code], [bill(Names("gpt", "a"), "5"), bill(Names("gpt", ""), "1")])
    assert (result.figures[agent.id].amount, result.figures[code.id].amount) == (5, 1)


def test_two_currencies_are_never_added() -> None:
    used = line(Names("gpt"))
    euros, dollars = bill(Names("gpt"), "5", "EUR"), bill(Names("gpt"), "3")
    result = attribute([used], [euros, dollars])
    assert (result.figures[used.id].currency, result.figures[used.id].amount) == ("EUR", 5)
    assert result.left == {euros.id: 0, dollars.id: 3}


def report(tokens: int, estimate: str) -> Line:
    return line(Names("gpt", api_key="k", surface="agents_api"), estimate, input=tokens, output=0)


def session(agent: str, owner: UUID, tokens: int, estimate: str, hour: int = 9) -> Line:
    names = Names("gpt", agent, surface=SESSIONS)
    return line(names, estimate, hour, input=tokens, output=0, requests=0, owner=owner)


def by_agent(lines: list[Line], bills: list[Bill], zone: str = "UTC") -> dict[object, Decimal]:
    sums = roll_up(attribute(lines, bills), bills, ZoneInfo(zone))
    found: dict[object, Decimal] = {}
    for key, part in sums.agents.items():
        found[key.agent] = found.get(key.agent, Decimal(0)) + part.cost
    return found


def test_sessions_divide_the_report_and_never_add_to_it() -> None:
    lines = [report(1_000, "10"), session("t", TREE, 600, "6"), session("l", LEAF, 300, "3")]
    bills = [bill(Names("gpt", api_key="k", surface="agents_api"), "20")]
    assert by_agent(lines, bills) == {TREE: 12, LEAF: 6, None: 2}
    sums = roll_up(attribute(lines, bills), bills, ZoneInfo("UTC"))
    assert total(sums.hours.values()).tokens == 1_000
    assert total(sums.agents.values()).tokens == 1_000


def test_sessions_that_claim_too_much_are_cut() -> None:
    lines = [report(1_000, "10"), session("t", TREE, 3_000, "30"), session("l", LEAF, 1_000, "10")]
    assert by_agent(lines, []) == {TREE: Decimal("7.5"), LEAF: Decimal("2.5"), None: 0}


def test_sessions_alone_are_the_traffic() -> None:
    lines = [session("t", TREE, 600, "6"), session("l", LEAF, 300, "3")]
    assert by_agent(lines, []) == {TREE: 6, LEAF: 3}


def test_sessions_without_a_report_carry_the_agents_part_of_a_bill() -> None:
    lines = [session("t", TREE, 600, "6"), session("l", LEAF, 300, "3")]
    bills = [
        bill(Names("gpt", api_key="k", surface="agents_api"), "18"),
        bill(Names("gpt", api_key="k", surface="unlabeled"), "5"),
    ]
    assert by_agent(lines, bills) == {TREE: 12, LEAF: 6, None: 5}


def test_the_sessions_of_an_agent_add_up_to_its_part() -> None:
    lines = [
        report(1_000, "10"),
        session("t", TREE, 100, "1", 1),
        session("t", TREE, 500, "5", 23),
    ]
    sums = roll_up(attribute(lines, []), [], ZoneInfo("Europe/Vienna"))
    assert sum(figure.amount for figure in sums.sessions.values()) == 6


def test_a_charge_for_the_day_is_spread_over_its_hours() -> None:
    charged = bill(Names("", "a"), "0.0000000025", owner=TREE)
    sums = roll_up(attribute([], [charged]), [charged], ZoneInfo("America/New_York"))
    assert len([key for key, part in sums.hours.items() if part.money]) == 24
    assert total(sums.hours.values()).cost == Decimal("0.0000000025")
    assert {key.agent for key in sums.agents} == {TREE}


@given(st.integers(0, 10**22), st.lists(st.integers(0, 10**15), min_size=1, max_size=40))
def test_parts_add_up_and_stay_within_one_of_their_share(whole: int, weights: list[int]) -> None:
    parts = apportion(whole, weights)
    assert sum(parts) == whole
    assert all(part >= 0 for part in parts)
    every = sum(weights)
    for part, weight in zip(parts, weights, strict=True):
        assert not every or abs(part * every - whole * weight) < every


def test_money_is_divided_to_the_last_digit() -> None:
    parts = apportion_money(Decimal("0.0000000010"), [1, 1, 1])
    assert sum(parts) == Decimal("0.0000000010")
    assert sorted(parts) == [Decimal("3e-10"), Decimal("3e-10"), Decimal("4e-10")]


AMOUNT = st.decimals("0", "100000", places=10)
MODEL = st.sampled_from(["", "gpt", "new"])
AGENT = st.sampled_from(["", "t", "l"])
SURFACE = st.sampled_from(["", "agents_api", "unlabeled", SESSIONS])
NAMES = st.builds(Names, MODEL, AGENT, st.sampled_from(["", "k"]), st.just(""), SURFACE)
COUNT = st.integers(0, 10**9)


@st.composite
def a_line(draw: st.DrawFn) -> Line:
    names = draw(NAMES)
    if names.surface == SESSIONS:
        names = names._replace(agent=names.agent or "t", api_key="")
    estimate = draw(st.none() | AMOUNT)
    return line(
        names,
        None if estimate is None else str(estimate),
        draw(st.integers(0, 23)),
        input=draw(COUNT),
        output=draw(COUNT),
        requests=draw(COUNT),
        owner={"t": TREE, "l": LEAF}.get(names.agent),
    )


@settings(max_examples=200, deadline=None)
@given(
    st.lists(a_line(), max_size=12),
    st.lists(st.tuples(NAMES, AMOUNT, st.sampled_from(["USD", "EUR"])), max_size=8),
    st.sampled_from(["UTC", "Asia/Kolkata", "Pacific/Auckland", "America/New_York"]),
)
def test_figures_add_up_to_the_bills_and_the_estimates_of_the_rest(
    lines: list[Line], charges: list[tuple[Names, Decimal, str]], zone: str
) -> None:
    bills = [
        bill(names if names.surface != SESSIONS else names._replace(surface=""), str(amount), money)
        for names, amount, money in charges
    ]
    result = attribute(lines, bills)
    for currency in ("USD", "EUR"):
        from_bills = [
            figure.amount
            for figure in result.figures.values()
            if figure.currency == currency and figure.source in {BILLED, ALLOCATED}
        ]
        left = [result.left[each.id] for each in bills if each.currency == currency]
        billed = [each.amount for each in bills if each.currency == currency]
        assert sum(from_bills) + sum(left) == sum(billed)
    sums = roll_up(result, bills, ZoneInfo(zone))
    whole = sum(units(figure.amount) for figure in result.figures.values())
    whole += sum(units(amount) for amount in result.left.values())
    assert total(sums.hours.values()).money == total(sums.agents.values()).money == whole
    assert all(min(part) >= 0 for part in (*sums.agents.values(), *sums.hours.values()))
    days: dict[object, int] = {}
    for key, part in sums.agents.items():
        days[key.day] = days.get(key.day, 0) + part.money
    for hour, part in sums.hours.items():
        local = hour.hour.astimezone(ZoneInfo(zone)).date()
        days[local] = days.get(local, 0) - part.money
    assert not any(days.values())
    assert total(sums.agents.values()).tokens == sum(each.tokens for each in result.traffic)


@pytest.mark.parametrize("order", [1, -1])
def test_the_order_of_rows_changes_nothing(order: int) -> None:
    lines = [line(Names("gpt", str(n)), str(n + 1), n) for n in range(7)][::order]
    result = attribute(lines, [bill(Names("gpt"), "1")])
    amounts = {each.names.agent: result.figures[each.id].amount for each in lines}
    assert sum(amounts.values()) == 1
    assert amounts["6"] == Decimal("0.25")
