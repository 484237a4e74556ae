"""Pack news for one subscription."""

from django.db import connection as database
from django.utils import timezone

from jobs.models import PATIENCE, Delivery, Subscription
from jobs.settled import settled_until

MOST_EVENTS = 100
# What a transaction wrote is read once none before it can still be under way, in this order: so
# nothing is passed over that is committed later.
NEWS = """
SELECT id, created_at, xid::text::bigint, number FROM jobs_outboxevent
 WHERE organization_id = %(organization)s
   AND (xid, number) > (%(xid)s::text::xid8, %(number)s)
   AND xid < %(settled)s::text::xid8
   AND jsonb_exists(%(topics)s::jsonb, topic)
 ORDER BY xid, number LIMIT %(most)s
"""


def pack_delivery(subscription: Subscription) -> Delivery | None:
    """Pack what happened since the last time, up to a hundred events; None if that is nothing.

    The subscription must be locked by the caller, in whose transaction this is.
    """
    wanted = {**subscription.wanted, "settled": str(settled_until()), "most": MOST_EVENTS}
    with database.cursor() as cursor:
        cursor.execute(NEWS, wanted)
        found = cursor.fetchall()
    if not found:
        return None
    *_, (_, _, xid, number) = found
    subscription.passed_xid, subscription.passed_number = xid, number
    subscription.save(update_fields=["passed_xid", "passed_number"])
    return Delivery.objects.create(
        subscription=subscription,
        event_ids=[str(row[0]) for row in found],
        events=len(found),
        since=min(row[1] for row in found),
        next_try_at=timezone.now(),
        give_up_at=timezone.now() + PATIENCE,
    )
