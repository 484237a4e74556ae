"""Tables beside the product's, for the references of ingestion."""

import time

from bench.databases import superuser

# The columns of a span, found by the same two keys; no days, no runs, no sums, no fence.
TABLE = """
CREATE TABLE IF NOT EXISTS bench_event (LIKE telemetry_span INCLUDING DEFAULTS, PRIMARY KEY (id));
CREATE INDEX IF NOT EXISTS bench_event_runs ON bench_event (organization_id, run_id);
"""
MOST, BATCH = 60_000, 1_000


def make(database: str) -> None:
    """Make the reference's table of events."""
    with superuser(database) as server:
        server.execute(TABLE)


def copy_again(database: str, *, keys: bool = False) -> float:
    """Copy rows that ARM kept into a table of their own, in batches; return rows a second.

    The table is bare, or has the keys and indexes by which ARM finds its own.
    """
    like = "(LIKE telemetry_span INCLUDING INDEXES)" if keys else "(LIKE telemetry_span)"
    with superuser(database) as server:
        server.execute("DROP TABLE IF EXISTS bench_again")
        server.execute(f"CREATE TABLE bench_again {like}".encode())
        with server.cursor().copy(
            f"COPY (SELECT * FROM telemetry_span LIMIT {MOST}) TO STDOUT"
        ) as out:
            lines = [bytes(line) for line in out]
        batches = [b"".join(lines[n : n + BATCH]) for n in range(0, len(lines), BATCH)]
        began = time.perf_counter()
        for batch in batches:
            with server.transaction(), server.cursor().copy("COPY bench_again FROM STDIN") as into:
                into.write(batch)
        return len(lines) / (time.perf_counter() - began)
