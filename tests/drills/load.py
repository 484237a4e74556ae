"""Work that a drill asks for, and what must be true of it afterwards."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from jobs.actions.enqueue import enqueue
from jobs.registry import HANDLERS, Handler
from tests.drills.kinds import ATTEMPTS, LEASE, NOTE
from tests.drills.world import World, eventually


@contextmanager
def known_here() -> Iterator[None]:
    """Let this process ask for the drills' kinds of work, which it never does itself."""
    for kind, attempts in ATTEMPTS.items():
        HANDLERS[kind] = Handler(kind, lambda _run: None, LEASE, attempts)
    try:
        yield
    finally:
        for kind in ATTEMPTS:
            del HANDLERS[kind]


def ask_for(
    world: World, number: int, *, seconds: float = 0.3, kind: str = NOTE, **more: Any
) -> list[UUID]:
    """Ask for this many jobs of random length; their ids are noted once they are committed."""
    ids = []
    with known_here(), world.cluster.aimed_at():
        for _ in range(number):
            args = {"seconds": round(world.dice.uniform(0, seconds), 3)}
            with world.house.inside():
                job = enqueue(kind, args, **more)
            world.acknowledged.note(job.pk)
            ids.append(job.pk)
    return ids


def states(world: World) -> Counter[str]:
    """Count the jobs that were acknowledged by the state they are in."""
    ids = list(world.acknowledged.count())
    found = world.cluster.rows(
        "SELECT state, count(*) FROM jobs_job WHERE id = ANY(%s::uuid[]) GROUP BY state", ids
    )
    return Counter(dict(found))


def wait_until_done(world: World, seconds: float) -> None:
    """Return once every acknowledged job is done, or fail with what became of them."""
    wanted = {"done": len(world.acknowledged.count())}
    try:
        eventually(lambda: states(world) == wanted, seconds)
    except AssertionError:
        raise AssertionError(f"after {seconds:g} s: {dict(states(world))}, not {wanted}") from None


def effects(world: World, kind: str = NOTE) -> Counter[str]:
    """Count the effects inside the database, by job."""
    query = "SELECT resource_id, count(*) FROM governance_auditevent WHERE action = %s GROUP BY 1"
    return Counter(dict(world.cluster.rows(query, kind)))


def most_attempts(world: World) -> int:
    return int(world.cluster.rows("SELECT max(attempts) FROM jobs_job")[0][0])


def judge(world: World, *, unanswered: int = 0) -> None:
    """Nothing acknowledged is lost, nothing was done twice, and nothing was done unasked.

    Work asked for in a request that got no answer may have been stored or not.
    """
    acknowledged, done = world.acknowledged.count(), effects(world)
    assert not set(acknowledged) - set(done), "acknowledged but never done"
    assert len(set(done) - set(acknowledged)) <= unanswered, "done but never asked for"
    assert set(done.values()) == {1}, "done twice"
    assert set(world.outside.count()) == set(done)


def shuffled(world: World, things: Sequence[Any]) -> list[Any]:
    mixed = list(things)
    random.Random(world.seed).shuffle(mixed)
    return mixed
