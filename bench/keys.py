"""Master keys: what it takes to wrap every organization's key anew while people go on working.

The reference is a plain UPDATE of the same rows in batches of the same size, in the same run: no
cryptography, and no audit event in each organization's log.
"""

import base64
import os
import threading
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connections, transaction

from accounts import data_keys
from accounts.actions.create_organization import create_organization
from accounts.actions.rotate_master_key import BATCH, rotate_master_key
from accounts.fence import acting, fenced
from accounts.models import User
from accounts.permissions import system
from accounts.roles import PERMISSIONS
from armproject.lib import audit, crypto
from armproject.lib.ids import uuid7
from bench.databases import open_database, superuser
from bench.rows import Row, say

COPIES = (
    """
    INSERT INTO accounts_organization
    SELECT (jsonb_populate_record(o, jsonb_build_object('id', made.id, 'slug', made.id))).*
      FROM accounts_organization o, unnest(%(organizations)s::uuid[]) made(id)
     WHERE o.slug = 'bench'
    """,
    """
    INSERT INTO accounts_organizationkey
    SELECT (jsonb_populate_record(k, jsonb_build_object('id', made.id, 'organization_id', made.of,
                                                        'wrapped', made.wrapped))).*
      FROM accounts_organizationkey k,
           unnest(%(ids)s::uuid[], %(organizations)s::uuid[], %(wrapped)s::bytea[])
             made(id, of, wrapped)
    """,
)
FULL, QUICK = 10_000, 1_000
WRITERS = 4
ALONE = 3.0  # seconds in which writers are measured by themselves


def run(*, quick: bool) -> list[Row]:
    """Return the figures; a quick run wraps 1,000 organizations' keys anew, a full one 10,000."""
    number = QUICK if quick else FULL
    open_database(f"arm_bench_keys_{number}", _fill, number)
    home = data_keys.key_provider().active_key_id
    away = f"bench{os.urandom(4).hex()}"
    key = base64.b64encode(os.urandom(crypto.KEY_BYTES)).decode()
    settings.ARM_MASTER_KEYS = f"{settings.ARM_MASTER_KEYS},{away}:{key}"
    data_keys.key_provider.cache_clear()
    data_keys.forget()
    try:
        return _measure(number, away)
    finally:
        rotate_master_key(home)


def _fill(number: int) -> None:
    """Found one organization as the product does, and others as copies with their own keys."""
    owner = User.objects.create_user("bench@bench.example", "unused", name="Bench")
    create_organization("Bench", slug="bench", owner=owner)
    provider, made = data_keys.key_provider(), [uuid7() for _ in range(number - 1)]
    keys = [provider.wrap(crypto.new_data_key(), data_keys.key_aad(pk, 1)).blob for pk in made]
    values = {"organizations": made, "ids": [uuid7() for _ in made], "wrapped": keys}
    with superuser() as server:
        for statement in COPIES:
            server.execute(statement, values)


def _measure(number: int, away: str) -> list[Row]:
    plain = number / _timed(_update_plainly)
    with Writing() as writing:
        time.sleep(ALONE)
        alone = writing.since_last()
        seconds = _timed(lambda: rotate_master_key(away))
        beside = writing.since_last()
    say(f"wrapped {number} keys anew in {seconds:.1f} s, beside {WRITERS} writers")
    rewrapped = number / seconds
    return [
        Row("keys wrapped anew, beside writers", rewrapped, "keys/s"),
        Row("wrapping anew / plain UPDATE of the same rows", rewrapped / plain, "x"),
        Row("writers meanwhile / by themselves", beside.speed / alone.speed, "x"),
        Row("longest write meanwhile", beside.longest * 1_000, "ms"),
        Row("writes that failed meanwhile", beside.failures, "writes", 0, at_most=True),
    ]


def _update_plainly() -> None:
    """Write every key row as it is, in batches, each in a transaction of its own."""
    with superuser() as server:
        ids = [
            row[0] for row in server.execute("SELECT id FROM accounts_organizationkey ORDER BY id")
        ]
        for first in range(0, len(ids), BATCH):
            server.execute(
                "UPDATE accounts_organizationkey SET wrapped = wrapped || '', master_key_id ="
                " master_key_id WHERE id = ANY(%s)",
                [ids[first : first + BATCH]],
            )


class Writes:
    """What the writers did in a while."""

    def __init__(self, number: int, seconds: float, longest: float, failures: int) -> None:
        self.speed, self.longest, self.failures = number / seconds, longest, failures


class Writing:
    """Writers that do something with a mark of their organization's key, again and again."""

    def __init__(self) -> None:
        with superuser() as server:
            rows = server.execute("SELECT organization_id FROM accounts_organizationkey")
            self.ids = [UUID(str(row[0])) for row in rows]
        self.stop = threading.Event()
        self.threads = [threading.Thread(target=self._write, args=(n,)) for n in range(WRITERS)]
        self.times: list[float] = []
        self.failures = 0

    def __enter__(self) -> "Writing":
        self.began = time.perf_counter()
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join()

    def since_last(self) -> Writes:
        """Return what was done since this was asked before."""
        now = time.perf_counter()
        times, self.times = self.times, []
        found = Writes(len(times), now - self.began, max(times, default=0.0), self.failures)
        self.began, self.failures = now, 0
        return found

    def _write(self, turn: int) -> None:
        while not self.stop.is_set():
            turn += WRITERS
            began = time.perf_counter()
            try:
                with acting(system("bench"), self.ids[turn % len(self.ids)], PERMISSIONS):
                    _record()
            except Exception as error:  # noqa: BLE001 - whatever it is, it is counted
                say(f"a write failed: {type(error).__name__}: {error}")
                self.failures += 1
            self.times.append(time.perf_counter() - began)
        connections["default"].close()


def _record() -> None:
    with fenced(), transaction.atomic():
        audit.record("bench.write", after={"name": "something"})


def _timed(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
