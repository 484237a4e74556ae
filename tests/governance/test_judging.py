"""What a rule makes of readings, without a clock or a database."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.judging import (
    Comparison,
    Mode,
    Standing,
    Step,
    Terms,
    Verdict,
    decide,
    observe,
)
from governance.registry import Reading

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOLD = timedelta(minutes=10)
COOLDOWN = timedelta(minutes=30)


def terms(**changes: Any) -> Terms:
    known: dict[str, Any] = {
        "comparison": Comparison.ABOVE,
        "mode": Mode.THRESHOLD,
        "threshold": Decimal(10),
        "hold": HOLD,
        "cooldown": COOLDOWN,
    }
    return Terms(**{**known, **changes})


def seen(value: Any, currency: str = "", subject: int = 1) -> Reading:
    known = None if value is None else Decimal(str(value))
    return Reading("agent", UUID(int=subject), f"Agent {subject}", known, currency)


def verdict(rule: Terms, value: Any, base: Any = None) -> Verdict:
    former = [] if base is None else [seen(base)]
    (observation,) = observe(rule, [seen(value)], former).values()
    return observation.verdict


@pytest.mark.parametrize(
    ("comparison", "value", "expected"),
    [
        ("above", "10.0000000001", Verdict.BAD),
        ("above", "10", Verdict.GOOD),
        ("above", "9", Verdict.GOOD),
        ("above", None, Verdict.UNKNOWN),
        ("above", "NaN", Verdict.UNKNOWN),
        ("above", "Infinity", Verdict.UNKNOWN),
        ("below", "9.9", Verdict.BAD),
        ("below", "10", Verdict.GOOD),
        ("below", "11", Verdict.GOOD),
        ("below", None, Verdict.UNKNOWN),
    ],
)
def test_a_threshold_is_crossed_only_beyond_it(
    comparison: str, value: Any, expected: Verdict
) -> None:
    assert verdict(terms(comparison=Comparison(comparison)), value) == expected


@pytest.mark.parametrize(
    ("value", "base", "expected"),
    [
        ("31", "10", Verdict.BAD),
        ("30", "10", Verdict.GOOD),
        ("31", None, Verdict.UNKNOWN),
        ("31", "0", Verdict.UNKNOWN),
        ("31", "4.99", Verdict.UNKNOWN),
        ("5", "4.99", Verdict.GOOD),
        ("0", "0", Verdict.GOOD),
        (None, "10", Verdict.UNKNOWN),
    ],
)
def test_a_spike_needs_enough_to_compare_with(value: Any, base: Any, expected: Verdict) -> None:
    rule = terms(mode=Mode.SPIKE, threshold=Decimal(3), minimum_base=Decimal(5))
    assert verdict(rule, value, base) == expected


def test_a_spike_is_judged_by_its_ratio() -> None:
    rule = terms(mode=Mode.SPIKE, threshold=Decimal(3))
    (observation,) = observe(rule, [seen(40)], [seen(10)]).values()
    assert observation.judged == 4


def test_money_of_another_currency_is_not_judged() -> None:
    rule = terms(currency="EUR")
    assert observe(rule, [seen(99, "USD")]) == {}
    assert next(iter(observe(rule, [seen(99, "EUR")]).values())).verdict == Verdict.BAD


BAD, GOOD, UNKNOWN = Verdict.BAD, Verdict.GOOD, Verdict.UNKNOWN
FREE = Standing()
OPEN = Standing(is_unresolved=True)


@pytest.mark.parametrize(
    ("known", "standing", "expected"),
    [
        (BAD, FREE, Step.OPEN),
        (GOOD, FREE, Step.NOTHING),
        (UNKNOWN, FREE, Step.NOTHING),
        (BAD, Standing(resolved_at=NOON - COOLDOWN / 2), Step.NOTHING),
        (BAD, Standing(resolved_at=NOON - COOLDOWN), Step.OPEN),
        (BAD, OPEN, Step.STAY),
        (UNKNOWN, OPEN, Step.DOUBT),
        (GOOD, OPEN, Step.EASE),
        (GOOD, Standing(is_unresolved=True, good_since=NOON - HOLD / 2), Step.EASE),
        (GOOD, Standing(is_unresolved=True, good_since=NOON - HOLD), Step.CLEAR),
        (BAD, Standing(is_unresolved=True, good_since=NOON - HOLD), Step.STAY),
        (UNKNOWN, Standing(is_unresolved=True, good_since=NOON - 2 * HOLD), Step.DOUBT),
    ],
)
def test_an_alert_opens_at_once_and_clears_only_after_its_hold(
    known: Verdict, standing: Standing, expected: Step
) -> None:
    assert decide(terms(), known, standing, NOON) == expected


values = st.none() | st.decimals(-100, 100, places=2) | st.just(Decimal("NaN"))
readings = st.lists(
    st.builds(
        lambda value, subject, currency: Reading(
            "agent", UUID(int=subject), f"Agent {subject}", value, currency
        ),
        values,
        st.integers(1, 4),
        st.sampled_from(["", "USD", "EUR"]),
    ),
    max_size=12,
)


@given(
    readings, readings, st.sampled_from(list(Comparison)), st.sampled_from(list(Mode)), st.data()
)
def test_the_order_of_readings_does_not_matter(
    now: list[Reading], former: list[Reading], comparison: Comparison, mode: Mode, data: Any
) -> None:
    rule = terms(comparison=comparison, mode=mode, threshold=Decimal(3), currency="USD")
    shuffled = observe(rule, data.draw(st.permutations(now)), data.draw(st.permutations(former)))
    straight = observe(rule, now, former)
    judged = {subject: (o.verdict, o.judged) for subject, o in straight.items()}
    assert judged == {subject: (o.verdict, o.judged) for subject, o in shuffled.items()}


@given(
    st.lists(st.sampled_from(list(Verdict)), max_size=40), st.integers(0, 30), st.integers(0, 30)
)
def test_alerts_alternate_between_opening_and_clearing(
    story: list[Verdict], hold: int, cooldown: int
) -> None:
    """Played through time, no alert opens while one is open, and none clears unless it was good."""
    rule = terms(hold=timedelta(minutes=hold), cooldown=timedelta(minutes=cooldown))
    standing, at, bad_at, steps = Standing(), NOON, NOON, []
    for known in story:
        at += timedelta(minutes=5)
        step = decide(rule, known, standing, at)
        if known != Verdict.GOOD:
            bad_at = at
        match step:
            case Step.OPEN:
                standing = Standing(is_unresolved=True)
            case Step.CLEAR:
                assert known == Verdict.GOOD
                assert at - bad_at >= rule.hold
                standing = Standing(resolved_at=at)
            case Step.EASE:
                standing = Standing(is_unresolved=True, good_since=standing.good_since or at)
            case Step.STAY | Step.DOUBT:
                standing = Standing(is_unresolved=True)
        if step in {Step.OPEN, Step.CLEAR}:
            steps.append(step)
    assert steps == [Step.OPEN, Step.CLEAR] * (len(steps) // 2) + [Step.OPEN] * (len(steps) % 2)
