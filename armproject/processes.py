"""What the processes of ARM on this machine take of it, as the kernel tells."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from django.db import connection
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric

from armproject.lib.metrics import of_installation, process_holders

PROC = Path("/proc")
POOL = {"pool_size": "size", "pool_available": "available", "requests_waiting": "waiting"}
# What the server counts of everybody, seen by a login that sees only its own queries.
CONNECTIONS = """
SELECT coalesce(state, 'other'), count(*) FROM pg_stat_activity
 WHERE datname = current_database() AND backend_type = 'client backend' GROUP BY 1
"""
REPLICAS = """
SELECT max(extract(epoch FROM replay_lag)), count(*) FROM pg_stat_replication
"""


def process_figures() -> Iterator[Metric]:
    """Return memory, processor time and threads of each living process, and this one's pool."""
    labels = ["program", "process"]
    memory = GaugeMetricFamily("arm_process_resident_bytes", "Memory in use.", labels=labels)
    spent = CounterMetricFamily("arm_process_cpu_seconds", "Processor time spent.", labels=labels)
    threads = GaugeMetricFamily("arm_process_threads", "Threads.", labels=labels)
    for holder in process_holders():
        with suppress(OSError, ValueError, IndexError):
            own = [holder.program, str(holder.slot)]
            stat = (PROC / str(holder.pid) / "stat").read_text().rpartition(")")[2].split()
            spent.add_metric(own, (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK"))
            threads.add_metric(own, int(stat[17]))
            memory.add_metric(own, int(stat[21]) * os.sysconf("SC_PAGE_SIZE"))
    yield from (memory, spent, threads, _pool())


def _pool() -> Metric:
    """Tell of the connections that the process which answers holds; in tests there is no pool."""
    found = GaugeMetricFamily(
        "arm_database_pool", "Connections of the answering process.", labels=["state"]
    )
    pool = getattr(connection, "pool", None)
    stats = pool.get_stats() if pool is not None else {}
    for name, state in POOL.items():
        if name in stats:
            found.add_metric([state], stats[name])
    return found


@of_installation
def database_figures() -> Iterator[Metric]:
    """Return the connections of all processes and how far replicas lag behind."""
    found = GaugeMetricFamily(
        "arm_database_connections", "Connections of all processes.", labels=["state"]
    )
    with connection.cursor() as cursor:
        cursor.execute(CONNECTIONS)
        for state, number in cursor.fetchall():
            found.add_metric([state], number)
        cursor.execute(REPLICAS)
        lag, replicas = cursor.fetchone()
    yield found
    yield GaugeMetricFamily("arm_database_replicas", "Replicas that follow.", value=replicas)
    if lag is not None:  # the server tells it only to logins that may watch it
        yield GaugeMetricFamily(
            "arm_database_replica_lag_seconds", "How far the slowest replica is behind.", value=lag
        )
