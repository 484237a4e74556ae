"""What a delivery looks like on its way."""

from datetime import UTC

from jobs.models import Delivery, OutboxEvent
from jobs.sinks import Parcel


def parcel_of(delivery: Delivery) -> Parcel:
    """Return the delivery with its events in their order."""
    found = {str(row.pk): row for row in OutboxEvent.objects.filter(pk__in=delivery.event_ids)}
    events = [found[id_] for id_ in delivery.event_ids if id_ in found]
    told = [
        {
            "id": str(event.pk),
            "type": event.topic,
            "timestamp": event.created_at.astimezone(UTC).isoformat(),
            "subject_id": event.subject_id,
            "data": event.payload,
        }
        for event in events
    ]
    return Parcel(id=delivery.pk, at=delivery.created_at, events=told)
