"""Keep aside what could not be kept."""

from collections.abc import Sequence
from typing import NamedTuple

from django.db import connection as database

from accounts.fence import current_organization_id
from telemetry.models import Quarantined
from telemetry.records import Rejected

# What an organization keeps aside at most: the oldest go first.
MOST_ITEMS, MOST_BYTES = 1_000, 32 * 2**20
LARGEST = 256 * 2**10
# Of one request, so that refusing stays cheap.
MOST_AT_ONCE = 200
DOOR, DROPPED = "quarantine", "It left the quarantine for newer items."
MAKE_ROOM = """
WITH ranked AS (
  SELECT id, row_number() OVER (ORDER BY id DESC) AS place,
         sum(size) OVER (ORDER BY id DESC) AS bytes
    FROM telemetry_quarantined WHERE organization_id = %s
), gone AS (
  DELETE FROM telemetry_quarantined WHERE organization_id = %s AND id IN (
    SELECT id FROM ranked WHERE place > %s OR bytes > %s)
  RETURNING id
)
SELECT count(*) FROM gone
"""


class Aside(NamedTuple):
    """How many items are kept aside now, and how many older ones left for them."""

    kept: int
    dropped: int


def quarantine_items(door: str, rejected: Sequence[Rejected]) -> Aside:
    """Seal refused items and keep them, in the caller's transaction.

    Larger ones than 256 KiB, and more than 200 of a request, are only counted as refused.
    """
    worth = [each for each in rejected if each.body and len(each.body) <= LARGEST]
    # The first count most, so they are the newest: those leave last.
    rows = [_row(door, each) for each in reversed(worth[:MOST_AT_ONCE])]
    if not rows:
        return Aside(0, 0)
    Quarantined.objects.bulk_create(rows)
    organization = current_organization_id()
    with database.cursor() as cursor:
        cursor.execute(MAKE_ROOM, [organization, organization, MOST_ITEMS, MOST_BYTES])
        return Aside(len(rows), int(cursor.fetchone()[0]))


def _row(door: str, rejected: Rejected) -> Quarantined:
    row = Quarantined(door=door, reason=rejected.reason[:300], item_id=rejected.span_id[:64])
    row.keep(rejected.body)
    return row
