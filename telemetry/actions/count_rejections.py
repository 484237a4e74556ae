"""Count what could not be kept, so that people see what is lost and why."""

from collections import defaultdict
from collections.abc import Sequence

from django.db import connection as database

from accounts.fence import current_organization_id
from telemetry.records import Rejected

KEEP = """
INSERT INTO telemetry_rejection AS kept
       (id, organization_id, door, reason, example, hour, items, last_at)
SELECT gen_random_uuid(), %s, %s, told.reason, told.example,
       date_trunc('hour', statement_timestamp(), 'UTC'), told.items, statement_timestamp()
  FROM unnest(%s::text[], %s::text[], %s::bigint[]) AS told(reason, example, items)
 ORDER BY told.reason
ON CONFLICT (organization_id, hour, door, reason) DO UPDATE
   SET items = kept.items + excluded.items, example = excluded.example,
       last_at = excluded.last_at
"""


def count_rejections(door: str, rejected: Sequence[Rejected]) -> None:
    """Count refused items by their reason, in the caller's transaction."""
    if not rejected:
        return
    counts: dict[str, int] = defaultdict(int)
    examples: dict[str, str] = {}
    for each in rejected:
        reason = each.reason[:300]
        counts[reason] += 1
        examples[reason] = each.span_id[:64]
    reasons = list(counts)
    last, items = [examples[each] for each in reasons], [counts[each] for each in reasons]
    with database.cursor() as cursor:
        cursor.execute(KEEP, [current_organization_id(), door, reasons, last, items])
