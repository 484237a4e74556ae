"""Tell whoever subscribed that something happened."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connection as database
from django.db import transaction

from accounts.fence import current_organization_id
from armproject.lib.ids import uuid7
from jobs.actions.wake_subscriptions import wake_subscriptions

# News that nobody waits for is not written, and news that was written already not again.
KEEP = """
INSERT INTO jobs_outboxevent (id, organization_id, topic, subject_id, payload)
SELECT told.id, %s, told.topic, told.subject_id, told.payload::jsonb
  FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[]) WITH ORDINALITY
       AS told(id, topic, subject_id, payload, place)
 WHERE EXISTS (SELECT FROM jobs_subscription
                WHERE organization_id = %s AND state <> 'off' AND jsonb_exists(topics, told.topic))
 ORDER BY told.place
ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class News:
    """Something that happened. Its `id` may follow from what it tells, so that it is told once.

    `payload` is small and holds neither secrets nor what people or models said.
    """

    topic: str
    subject_id: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    id: UUID = field(default_factory=uuid7)


def _told(value: object) -> str:
    """Return a value as JSON has it: moments as RFC 3339, amounts and ids as text."""
    return value.isoformat() if isinstance(value, datetime) else str(value)


def publish_events(news: Sequence[News]) -> int:
    """Write news in the caller's transaction, with one statement; returns how much was new.

    It is sent once that transaction is committed, to those who subscribe by then. It asks for no
    permission of its own: whoever did what it tells of was allowed to.
    """
    if not news:
        return 0
    columns: list[list[Any]] = [
        [each.id for each in news],
        [each.topic for each in news],
        [each.subject_id[:64] for each in news],
        [json.dumps(each.payload, default=_told) for each in news],
    ]
    organization = current_organization_id()
    with database.cursor() as cursor:
        cursor.execute(KEEP, [organization, *columns, organization])
        written = int(cursor.rowcount)
    if written:
        topics = sorted({each.topic for each in news})
        transaction.on_commit(partial(wake_subscriptions, organization, topics), robust=True)
    return written
