"""Take in what an OpenTelemetry exporter sends."""

from accounts.permissions import require
from telemetry.actions.receive_records import Received
from telemetry.actions.receive_safely import receive_safely
from telemetry.metering import count_items
from telemetry.otlp import read_traces


def receive_traces(body: bytes, content_type: str) -> Received:
    """Keep the spans of one request; what is answered as received is committed.

    A span that cannot be kept is refused by itself. The same span sent again changes nothing.
    """
    require("telemetry.write")
    records, rejected = read_traces(body, content_type)
    count_items(len(records) + len(rejected))
    return receive_safely("traces", records, rejected)
