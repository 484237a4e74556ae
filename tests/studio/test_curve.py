"""The curve of the home page."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armproject.home.curve import HEIGHT, WIDTH, draw
from armproject.lib.ticks import ticks_for

AMOUNTS = st.decimals(min_value=0, max_value=10**9, places=4)


@given(st.lists(AMOUNTS, min_size=1, max_size=40))
def test_every_value_stands_inside_the_picture(values: list[Decimal]) -> None:
    curve = draw(values)
    assert len(curve.heights) == len(values)
    assert all(0 <= height <= 100 for height in curve.heights)


@given(AMOUNTS.filter(bool))
def test_the_top_tick_is_above_every_value_and_not_far_above(largest: Decimal) -> None:
    zero, middle, top = ticks_for(largest)
    assert zero == 0
    assert top == 2 * middle
    assert largest <= top <= largest * 5


def test_nothing_spent_is_a_line_on_the_ground() -> None:
    assert draw([Decimal(0)] * 3).heights == (0, 0, 0)


def test_straight_lines_join_whole_days_and_the_present_one_stands_apart() -> None:
    curve = draw([Decimal(2), Decimal(1), Decimal(0)])
    middle = f"{WIDTH / 2:.1f},{HEIGHT / 2:.1f}"
    assert curve.line == f"M0.0,0.0L{middle}"
    assert curve.tail == f"M{middle}L{WIDTH:.1f},{HEIGHT:.1f}"
    assert curve.area == f"{curve.line}L{WIDTH / 2:.1f},{HEIGHT:g}L0,{HEIGHT:g}Z"
    assert (draw([Decimal(1)]).line, draw([]).tail) == ("", "")


@pytest.mark.parametrize(("largest", "top"), [("83", "100"), ("101", "200"), ("0.03", "0.04")])
def test_ticks_are_round(largest: str, top: str) -> None:
    assert ticks_for(Decimal(largest))[-1] == Decimal(top)
