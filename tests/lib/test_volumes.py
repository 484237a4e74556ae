"""Limits by volume hold over all processes, and a flood leaves hands for others."""

from contextlib import ExitStack

import pytest

from armproject.lib.errors import TooManyRequests
from armproject.lib.limits import Bucket, Gate, Meter, ProcessStore, Share

BUCKET = Bucket("bytes", 12_000)


class Clock:
    now = 1.0

    def __call__(self) -> float:
        return self.now


def used(meter: Meter, amount: int) -> int:
    """Take amounts until one is refused, and return how much went through."""
    total = 0
    while meter.take(BUCKET, amount) is None:
        total += amount
    return total


def test_all_of_a_limit_can_be_used_and_no_more() -> None:
    store = ProcessStore(clock=lambda: 0)
    assert used(Meter(Gate(store)), 7) in range(12_000 - 7, 12_001)


def test_two_processes_together_keep_the_limit() -> None:
    store = ProcessStore(clock=lambda: 0)
    one, two = Meter(Gate(store)), Meter(Gate(store))
    assert used(one, 5) + used(two, 5) <= 12_000


def test_the_store_is_asked_seldom() -> None:
    asked = []

    class Counting(ProcessStore):
        def take(self, buckets, cost):  # type: ignore[no-untyped-def]
            asked.append(cost)
            return super().take(buckets, cost)

    meter = Meter(Gate(Counting(clock=lambda: 0)))
    for _ in range(1_000):
        assert meter.take(BUCKET, 1) is None
    assert len(asked) <= 10


def test_a_refusal_says_when_to_come_back() -> None:
    meter = Meter(Gate(ProcessStore(clock=lambda: 0)))
    assert meter.take(BUCKET, 12_000) is None
    refused = meter.take(BUCKET, 6_000)
    assert refused is not None
    assert refused.retry_after > 0


def test_more_than_the_whole_limit_passes_once() -> None:
    meter = Meter(Gate(ProcessStore(clock=lambda: 0)))
    assert meter.take(BUCKET, 50_000) is None
    assert meter.take(BUCKET, 1) is not None


def test_a_caller_alone_has_all_hands_and_shares_them_with_others() -> None:
    share = Share(2, Clock())
    with ExitStack() as calls:
        for _ in range(5):
            calls.enter_context(share.hold("flood"))
    with ExitStack() as calls:
        calls.enter_context(share.hold("other"))
        calls.enter_context(share.hold("flood"))
        calls.enter_context(share.hold("flood"))
        with pytest.raises(TooManyRequests), share.hold("flood"):
            pass
        calls.enter_context(share.hold("other"))
    with share.hold("flood"):
        pass


def test_others_are_forgotten_in_time() -> None:
    clock = Clock()
    share = Share(1, clock)
    with share.hold("other"):
        pass
    clock.now += 60
    with share.hold("flood"), share.hold("flood"):
        pass
