"""What waits at the edge is bounded, is served together, and is served before the end."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from types import SimpleNamespace
from uuid import uuid4

from accounts.models.api_key import PREFIX, digest
from accounts.recent_keys import recent_keys
from armproject.edge.callers import ORGANIZATION, Caller, caller_of
from armproject.edge.waiting import MOST, MOST_BYTES, MOST_TOGETHER, Waiting
from telemetry.api.quick import EVENTS
from telemetry.api.together import Answer, Call


def call() -> Call:
    return Call(EVENTS, "application/json", "", b"", {})


def caller(name: str) -> Caller:
    return Caller(((name, ORGANIZATION),), is_known=True)


def stranger(address: str) -> Caller:
    return caller_of({"REMOTE_ADDR": address, "HTTP_AUTHORIZATION": f"Bearer {address}"}, "/")


def with_room(check: Callable[[Waiting], None]) -> None:
    async def fill() -> None:
        waiting = Waiting(lambda _calls: None, asyncio.get_running_loop())
        try:
            check(waiting)
        finally:
            waiting.stop()

    asyncio.run(fill())


def test_there_is_room_for_so_many_and_for_so_much() -> None:
    def fill(waiting: Waiting) -> None:
        names = ("mine", "yours") * (MOST // 2)
        places = [waiting.admit(caller(name), 1) for name in names]
        assert None not in places
        assert waiting.admit(caller("theirs"), 1) is None
        for place in places:
            assert place is not None
            place.leave()
        assert waiting.admit(caller("mine"), MOST_BYTES // 2)
        assert waiting.admit(caller("yours"), MOST_BYTES // 2)
        assert waiting.admit(caller("theirs"), 1) is None

    with_room(fill)


def test_one_caller_leaves_room_for_others() -> None:
    def fill(waiting: Waiting) -> None:
        taken = [waiting.admit(caller("flood"), 1) for _ in range(MOST)]
        assert len(taken) - taken.count(None) == MOST // 2
        assert waiting.admit(caller("other"), 1)

    with_room(fill)


def test_strangers_leave_room_for_those_who_are_known_and_one_of_them_for_others() -> None:
    def fill(waiting: Waiting) -> None:
        taken = [waiting.admit(stranger("192.0.2.1"), 1) for _ in range(MOST)]
        assert len(taken) - taken.count(None) == MOST // 4
        others = [waiting.admit(stranger(f"192.0.2.{n % 250}"), 1) for n in range(2, MOST)]
        assert len(others) - others.count(None) == MOST // 4
        known = [waiting.admit(caller("known"), 1) for _ in range(MOST)]
        assert len(known) - known.count(None) == MOST // 2

    with_room(fill)


def test_keys_of_an_organization_share_its_room_however_they_are_written() -> None:
    tokens, organization = [f"{PREFIX}{number}" for number in range(2)], uuid4()
    told = [f"{scheme}{token}" for token in tokens for scheme in ("Bearer ", "bearer  ")]
    assert {caller_of({"HTTP_AUTHORIZATION": each}, "/") for each in told} == {caller_of({}, "/")}
    for token in tokens:
        recent_keys.recall(digest(token), lambda: SimpleNamespace(organization_id=organization))
    known = {caller_of({"HTTP_AUTHORIZATION": each}, "/") for each in told}
    assert known == {caller(str(organization))}


def test_room_is_taken_by_what_has_arrived_and_given_back_whole() -> None:
    def fill(waiting: Waiting) -> None:
        place = waiting.admit(caller("mine"), 0)
        assert place is not None
        assert place.grow(MOST_BYTES // 2)
        assert not place.grow(MOST_BYTES // 2 + 1)
        place.leave()
        again = waiting.admit(caller("mine"), 0)
        assert again is not None
        assert again.grow(MOST_BYTES // 2)

    with_room(fill)


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
        tasks = [asyncio.create_task(waiting.served(each, caller("mine"))) for each in calls]
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


def test_what_takes_long_to_keep_leaves_a_hand_for_others() -> None:
    goes_on, heavy = threading.Event(), b"heavy"

    def serve(calls: Sequence[Call]) -> None:
        for each in calls:
            if each.body == heavy:
                goes_on.wait(60)
            each.answer = Answer(200, "", b"", {})

    async def load() -> list[Call]:
        waiting = Waiting(serve, asyncio.get_running_loop())
        first, last = call(), call()
        await waiting.served(first, caller("other"))
        flood = [replace(call(), body=heavy) for _ in range(2 * MOST_TOGETHER)]
        tasks = [asyncio.create_task(waiting.served(each, caller("flood"))) for each in flood]
        await asyncio.sleep(0)
        await waiting.served(last, caller("other"))
        waited = [each for each in flood if each.answer is None]
        goes_on.set()
        await asyncio.gather(*tasks)
        waiting.stop()
        assert last.answer is not None
        return waited

    assert len(asyncio.run(load())) == 2 * MOST_TOGETHER


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
        await waiting.served(broken, caller("mine"))
        await waiting.served(fine, caller("mine"))
        waiting.stop()
        return broken, fine

    broken, fine = asyncio.run(load())
    assert broken.answer is None
    assert fine.answer is not None
