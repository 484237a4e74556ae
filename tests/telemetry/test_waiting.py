"""What waits at the edge is bounded, is served together, and is served before the end."""

import asyncio
import threading
from collections.abc import Sequence

from armproject.edge.waiting import MOST, MOST_BYTES, MOST_TOGETHER, Waiting
from telemetry.api.quick import EVENTS
from telemetry.api.together import Answer, Call


def call() -> Call:
    return Call(EVENTS, "application/json", "", b"", {})


def test_there_is_room_for_so_many_and_for_so_much() -> None:
    async def fill() -> None:
        waiting = Waiting(lambda _calls: None, asyncio.get_running_loop())
        callers = ("mine", "yours") * (MOST // 2)
        assert all(waiting.admit(caller, 1) for caller in callers)
        assert not waiting.admit("theirs", 1)
        waiting.leave("mine", 1)
        assert waiting.admit("theirs", 1)
        for caller in ("theirs", *callers[1:]):
            waiting.leave(caller, 1)
        assert waiting.admit("mine", MOST_BYTES // 2)
        assert waiting.admit("yours", MOST_BYTES // 2)
        assert not waiting.admit("theirs", 1)
        waiting.stop()

    asyncio.run(fill())


def test_one_caller_leaves_room_for_others() -> None:
    async def fill() -> None:
        waiting = Waiting(lambda _calls: None, asyncio.get_running_loop())
        taken = [waiting.admit("flood", 1) for _ in range(MOST)]
        assert taken.count(True) == MOST // 2
        assert waiting.admit("other", 1)
        waiting.stop()

    asyncio.run(fill())


def test_what_came_meanwhile_is_served_at_once_and_nothing_is_left_at_the_end() -> None:
    groups: list[int] = []
    goes_on = threading.Event()

    def serve(calls: Sequence[Call]) -> None:
        goes_on.wait(30)
        groups.append(len(calls))
        for each in calls:
            each.answer = Answer(200, "", b"", {})

    async def load() -> list[Call]:
        waiting = Waiting(serve, asyncio.get_running_loop())
        calls = [call() for _ in range(2 * MOST_TOGETHER)]
        tasks = [asyncio.create_task(waiting.served(each)) for each in calls]
        await asyncio.sleep(0)
        goes_on.set()
        await asyncio.to_thread(waiting.stop)
        await asyncio.gather(*tasks)
        return calls

    served = asyncio.run(load())
    assert all(each.answer is not None for each in served)
    assert sum(groups) == len(served)
    assert max(groups) <= MOST_TOGETHER
    assert len(groups) < len(served) / 10


def test_a_defect_leaves_calls_to_the_views_and_the_next_ones_are_served() -> None:
    first = True

    def serve(calls: Sequence[Call]) -> None:
        nonlocal first
        if first:
            first = False
            raise RuntimeError
        for each in calls:
            each.answer = Answer(200, "", b"", {})

    async def load() -> tuple[Call, Call]:
        waiting = Waiting(serve, asyncio.get_running_loop())
        broken, fine = call(), call()
        await waiting.served(broken)
        await waiting.served(fine)
        waiting.stop()
        return broken, fine

    broken, fine = asyncio.run(load())
    assert broken.answer is None
    assert fine.answer is not None
