"""Forget news that everybody has."""

from datetime import timedelta
from typing import Any

from django.db import connection as database
from django.utils import timezone

from accounts.fence import current_organization_id
from accounts.permissions import require
from jobs.models import Delivery, DeliveryState

# News stays for replays; what somebody still waits for stays longer, but not for ever.
KEPT, LONGEST = timedelta(days=7), timedelta(days=30)
FORGET = """
DELETE FROM jobs_outboxevent e
 WHERE e.organization_id = %(organization)s AND e.created_at < %(before)s
   AND NOT EXISTS (
     SELECT FROM jobs_subscription s
      WHERE s.organization_id = e.organization_id AND s.state <> 'off'
        AND (e.xid, e.number) > (s.passed_xid::text::xid8, s.passed_number)
        AND jsonb_exists(s.topics, e.topic))
   AND e.id NOT IN (
     SELECT jsonb_array_elements_text(d.event_ids)::uuid FROM jobs_delivery d
      WHERE d.organization_id = %(organization)s AND d.state <> 'delivered')
"""
# What is dropped though somebody waits for it is counted as lost.
COUNT = """
UPDATE jobs_subscription s SET lost = s.lost + gone.number
  FROM (SELECT s.id, count(*) AS number FROM jobs_subscription s JOIN jobs_outboxevent e
            ON e.organization_id = s.organization_id AND e.created_at < %(latest)s
           AND (e.xid, e.number) > (s.passed_xid::text::xid8, s.passed_number)
           AND jsonb_exists(s.topics, e.topic)
         WHERE s.organization_id = %(organization)s AND s.state <> 'off' GROUP BY s.id) gone
 WHERE gone.id = s.id
"""
DROP = """
DELETE FROM jobs_outboxevent
 WHERE organization_id = %(organization)s AND created_at < %(latest)s
"""


def prune_outbox() -> int:
    """Forget news of a week ago that everybody has, and what waited for a month in vain.

    Returns how much was forgotten. What nobody took for a month is counted with its subscription
    as lost.
    """
    require("jobs.replay")
    now = timezone.now()
    values: dict[str, Any] = {
        "organization": current_organization_id(),
        "before": now - KEPT,
        "latest": now - LONGEST,
    }
    Delivery.objects.filter(
        state=DeliveryState.DELIVERED, delivered_at__lt=now - KEPT
    ).order_by().delete()
    _give_up_the_oldest()
    with database.cursor() as cursor:
        cursor.execute(COUNT, values)
        cursor.execute(FORGET, values)
        forgotten = cursor.rowcount
        cursor.execute(DROP, values)
        return int(forgotten + cursor.rowcount)


def _give_up_the_oldest() -> None:
    """Drop what nobody replayed for a month, counted as lost."""
    oldest = Delivery.objects.dead().filter(created_at__lt=timezone.now() - LONGEST)
    for delivery in oldest.select_related("subscription"):
        subscription = delivery.subscription
        subscription.lost += delivery.events
        subscription.save(update_fields=["lost"])
        delivery.delete()
