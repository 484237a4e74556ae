"""Buckets in PostgreSQL: one function call, one short transaction of its own."""

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

from armproject.lib.limits.bucket import Bucket, Held

TAKE = "SELECT arm_take_calls(%s::text[], %s::bigint[], %s::bigint[], %s::integer)"
# Buckets that are empty again say nothing. Rows another call holds are left for the next time.
SWEEP = """
DELETE FROM arm_rate_bucket WHERE key IN (
    SELECT key FROM arm_rate_bucket
     WHERE empty_at < extract(epoch FROM clock_timestamp()) * 1000000
     LIMIT 1000 FOR UPDATE SKIP LOCKED)
"""
SWEEP_EVERY = 30.0


class PostgresStore:
    """Keeps buckets in a table; `borrow` lends a connection on which each statement commits."""

    def __init__(self, borrow: Callable[[], AbstractContextManager[Any]]) -> None:
        self._borrow = borrow
        self._swept = time.monotonic()

    def take(self, buckets: Sequence[Bucket], cost: int) -> Held:
        keys = [bucket.key for bucket in buckets]
        intervals = [bucket.interval for bucket in buckets]
        tolerances = [bucket.tolerance for bucket in buckets]
        with self._borrow() as server:
            asked = server.execute(TAKE, [keys, intervals, tolerances, cost], prepare=True)
            fits, *levels = asked.fetchone()[0]
            if time.monotonic() - self._swept > SWEEP_EVERY:
                self._swept = time.monotonic()
                server.execute(SWEEP)
        return bool(fits), tuple(levels)
