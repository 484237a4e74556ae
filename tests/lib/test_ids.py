"""Identifiers sort in the order they were made, even when the clock is set back."""

import time

import time_machine

from armproject.lib.ids import uuid7


def test_identifiers_of_one_process_sort_in_the_order_they_were_made() -> None:
    made = [uuid7() for _ in range(5_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert {made[0].version, made[-1].version} == {7}


def test_an_identifier_tells_when_it_was_made() -> None:
    before = time.time_ns() // 1_000_000
    told = uuid7().int >> 80
    assert before <= told <= time.time_ns() // 1_000_000 + 1


def test_a_clock_that_is_set_back_a_little_does_not_disturb_the_order() -> None:
    with time_machine.travel("2040-01-01T00:00:10Z", tick=False):
        first = uuid7()
    with time_machine.travel("2040-01-01T00:00:05Z", tick=False):
        second = uuid7()
    assert first < second


def test_a_clock_that_was_far_ahead_is_not_followed_for_long() -> None:
    with time_machine.travel("2060-01-01T00:00:00Z", tick=False):
        uuid7()
    with time_machine.travel("2040-01-01T00:00:00Z", tick=False):
        assert uuid7().int >> 80 == 2_208_988_800_000
