"""Send what happened since a moment once more."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection as database
from django.db import transaction
from django.utils import timezone

from accounts.permissions import require
from armproject.lib.audit import record
from armproject.lib.errors import Conflict, InvalidInput
from jobs.actions.pack_delivery import MOST_EVENTS
from jobs.actions.queue_deliveries import queue_deliveries
from jobs.models import PATIENCE, Delivery, Subscription

MOST = 100_000
PASSED = """
SELECT id, created_at FROM jobs_outboxevent
 WHERE organization_id = %(organization)s AND created_at >= %(since)s
   AND (xid, number) <= (%(xid)s::text::xid8, %(number)s)
   AND jsonb_exists(%(topics)s::jsonb, topic)
 ORDER BY xid, number LIMIT %(most)s
"""


@transaction.atomic
def replay_events_since(subscription: Subscription, since: datetime) -> int:
    """Send a subscription again what happened since a moment; returns how many events.

    Events keep their ids, by which a receiver knows those it had. What was not packed yet comes
    by itself. Returns at most 100,000 events; the rest wants a later moment.
    """
    require("subscriptions.write")
    if since > timezone.now():
        problem = "Name a moment that has been."
        raise InvalidInput(problem, fields={"since": [problem]})
    subscription = Subscription.objects.select_for_update(of=("self",)).get(pk=subscription.pk)
    subscription.refuse_off()
    if Delivery.objects.unsent().filter(subscription=subscription, is_replay=True).exists():
        raise Conflict("What was asked for before is still being sent again; wait until it is out.")
    with database.cursor() as cursor:
        cursor.execute(PASSED, {**subscription.wanted, "since": since, "most": MOST})
        found = cursor.fetchall()
    parts = [found[at : at + MOST_EVENTS] for at in range(0, len(found), MOST_EVENTS)]
    Delivery.objects.bulk_create([_again(subscription, part) for part in parts])
    queue_deliveries(subscription, hurry=True)
    told = {"since": since.isoformat(), "events": len(found)}
    record("subscriptions.replay_since", subscription, details=told)
    return len(found)


def _again(subscription: Subscription, rows: Sequence[tuple[object, datetime]]) -> Delivery:
    now = timezone.now()
    return Delivery(
        subscription=subscription,
        event_ids=[str(row[0]) for row in rows],
        events=len(rows),
        is_replay=True,
        since=now,
        next_try_at=now,
        give_up_at=now + PATIENCE,
    )
