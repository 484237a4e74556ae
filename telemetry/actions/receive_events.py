"""Take in events of ARM's own kind."""

from accounts.fence import current_organization_id
from accounts.permissions import require
from telemetry.actions.receive_records import Received
from telemetry.actions.receive_safely import receive_safely
from telemetry.events import read_events
from telemetry.metering import count_items


def receive_events(body: bytes) -> Received:
    """Keep the events of one batch; what is answered as accepted is committed.

    An event that cannot be kept is refused by itself. The same event sent again changes nothing.
    """
    require("telemetry.write")
    records, rejected = read_events(body, current_organization_id())
    count_items(len(records) + len(rejected))
    return receive_safely("events", records, rejected)
