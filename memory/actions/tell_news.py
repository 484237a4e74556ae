"""Tell subscribers what became of memories."""

from collections.abc import Iterable
from uuid import UUID

from jobs.actions.publish_events import News, publish_events

STORED, UPDATED, FORGOTTEN = "memory.stored", "memory.updated", "memory.forgotten"
TOPICS = {
    STORED: "Something is remembered",
    UPDATED: "What is remembered was changed",
    FORGOTTEN: "Something was forgotten or erased",
}


def tell_news(topic: str, memories: Iterable[UUID]) -> int:
    """Tell in the caller's transaction which memories it happened to; returns how much is news.

    Only their ids are told. What is withheld, or locked, is told like everything else once it is
    found.
    """
    ids = dict.fromkeys(memories)
    return publish_events([News(topic, str(each), {"memory_id": each}) for each in ids])
