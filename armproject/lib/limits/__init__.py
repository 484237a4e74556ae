"""Rate limits: how often somebody may call, held exactly over all processes by one store.

Each limit is a bucket that drains steadily (GCRA): of a bucket the store keeps only the moment at
which it will be empty again. A call fills every bucket it counts towards, or none. Times are whole
microseconds.
"""

from armproject.lib.limits.bucket import Bucket, Verdict
from armproject.lib.limits.gate import Gate
from armproject.lib.limits.in_postgres import PostgresStore
from armproject.lib.limits.in_process import ProcessStore
from armproject.lib.limits.in_redis import RedisStore
from armproject.lib.limits.meter import Meter
from armproject.lib.limits.share import Share

__all__ = [
    "Bucket",
    "Gate",
    "Meter",
    "PostgresStore",
    "ProcessStore",
    "RedisStore",
    "Share",
    "Verdict",
]
