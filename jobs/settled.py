"""Up to which transaction all is decided: whatever is older was committed, or never will be."""

from django.db import connection as database

# Whoever takes a number after this is not asked about. What the server knows of sessions is read
# anew, because it is kept for a transaction.
CEILING = """
SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint, pg_stat_clear_snapshot()
"""
# Only sessions of this database, and of ARM's own role, write here: what others do on the same
# server holds nothing up. Sessions tell the lower half of their number.
UNDER_WAY = """
SELECT backend_xid::text::bigint FROM pg_stat_activity
 WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_xid IS NOT NULL
"""
HALF = 1 << 32


def settled_until() -> int:
    """Return the number below which no transaction of this database is under way any more.

    These are two statements on purpose, and what is settled has to be read by a third: one that
    ended after the first was asked about is seen by that.
    """
    with database.cursor() as cursor:
        cursor.execute(CEILING)
        ceiling = int(cursor.fetchone()[0])
        cursor.execute(UNDER_WAY)
        under_way = [_whole(low, ceiling) for (low,) in cursor.fetchall()]
    return min([ceiling, *under_way])


def _whole(low: int, ceiling: int) -> int:
    """Return the number whose lower half this is; none is far from the newest one."""
    whole = ceiling // HALF * HALF + low
    return whole - HALF if whole > ceiling + HALF // 2 else whole
