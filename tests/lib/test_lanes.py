"""Lanes: few at a time, none while the host is down, one to look whether it is back."""

import threading
import time

import pytest

from armproject.lib.lanes import BreakerOpen, Lane, LaneFull, forget_lanes, shared_lane


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def lane(clock) -> Lane:
    return Lane("vendor", slots=2, failures=3, cool_down=30, clock=clock)


def call(lane: Lane, *, healthy: bool | None) -> None:
    with lane.enter() as passage:
        passage.healthy = healthy


def break_it(lane: Lane) -> None:
    for _ in range(3):
        call(lane, healthy=False)


def test_no_more_calls_than_slots_are_under_way(lane):
    with lane.enter(), lane.enter():
        with pytest.raises(LaneFull) as full, lane.enter():
            pytest.fail("a third call got in")
        assert full.value.retry_after > 0
    call(lane, healthy=True)


def test_a_call_waits_for_a_slot_no_longer_than_it_said(lane):
    with lane.enter(), lane.enter():
        started = time.monotonic()
        with pytest.raises(LaneFull), lane.enter(wait=0.1):
            pytest.fail("a third call got in")
        assert 0.08 < time.monotonic() - started < 0.5


def test_a_slot_set_free_goes_to_who_waits(lane):
    entered, leave = threading.Event(), threading.Event()

    def hold():
        with lane.enter():
            entered.set()
            leave.wait(2)

    holder = threading.Thread(target=hold)
    with lane.enter():
        holder.start()
        entered.wait(2)
        threading.Timer(0.05, leave.set).start()
        with lane.enter(wait=2) as passage:
            passage.healthy = True
    holder.join(2)


def test_a_slot_comes_back_after_an_error(lane):
    for _ in range(5):
        with pytest.raises(KeyError), lane.enter():
            raise KeyError
    call(lane, healthy=True)


def test_three_failures_in_a_row_open_the_breaker(lane):
    break_it(lane)
    with pytest.raises(BreakerOpen) as refused:
        call(lane, healthy=True)
    assert refused.value.retry_after == 30


def test_a_success_between_failures_starts_the_count_anew(lane):
    for healthy in (False, False, True, False, False, None):
        call(lane, healthy=healthy)
    call(lane, healthy=True)


def test_calls_that_tell_nothing_neither_open_nor_heal(lane):
    for _ in range(10):
        call(lane, healthy=None)
    for healthy in (False, None, False, None, False):
        call(lane, healthy=healthy)
    with pytest.raises(BreakerOpen):
        call(lane, healthy=True)


def test_after_the_rest_one_call_probes_and_the_others_wait(lane, clock):
    break_it(lane)
    clock.now += 30
    with lane.enter() as probe:
        with pytest.raises(BreakerOpen):
            call(lane, healthy=True)
        probe.healthy = True
    with lane.enter(), lane.enter():
        pass


def test_a_failed_probe_means_another_rest(lane, clock):
    break_it(lane)
    clock.now += 31
    call(lane, healthy=False)
    clock.now += 29
    with pytest.raises(BreakerOpen) as refused:
        call(lane, healthy=True)
    assert refused.value.retry_after == 1
    clock.now += 1
    call(lane, healthy=True)


def test_a_probe_that_tells_nothing_leaves_room_for_the_next(lane, clock):
    break_it(lane)
    clock.now += 30
    call(lane, healthy=None)
    call(lane, healthy=True)
    call(lane, healthy=True)


def test_many_threads_never_pass_more_than_the_slots(clock):
    lane = Lane("vendor", slots=3, clock=clock)
    inside, most, entered, lock = 0, 0, 0, threading.Lock()

    def work():
        nonlocal inside, most, entered
        for _ in range(50):
            with lane.enter(wait=5) as passage:
                with lock:
                    inside, entered = inside + 1, entered + 1
                    most = max(most, inside)
                time.sleep(0.0002)
                with lock:
                    inside -= 1
                passage.healthy = True

    threads = [threading.Thread(target=work) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert (most, entered, inside) == (3, 600, 0)


def test_everyone_who_calls_a_host_shares_its_lane():
    forget_lanes()
    first = shared_lane("api.example.com")
    assert shared_lane("api.example.com") is first
    assert shared_lane("other.example.com") is not first
    forget_lanes()
    assert shared_lane("api.example.com") is not first
