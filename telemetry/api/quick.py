"""The doors through which most telemetry comes, in a form that many requests pass at once.

Each says how a body is read and how its answer is told; both are those of the views.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from accounts.fence import current_organization_id
from armproject.lib.rest.body import Failure, success
from armproject.lib.rest.encoding import dumps
from telemetry.actions.receive_records import Received
from telemetry.actions.receive_together import Reading
from telemetry.api.otlp_urls import ROOTS
from telemetry.api.serializers import received_data
from telemetry.events import read_events
from telemetry.otlp import JSON, PROTOBUF, answer, read_traces, refusal


@dataclass(frozen=True)
class Door:
    """One way in; `kinds` are the types of bodies it takes, answered in the same type."""

    name: str
    kinds: tuple[str, ...]
    read: Callable[[bytes, str], tuple[list[Any], list[Any]]]
    told: Callable[[Received, str], bytes]
    refused: Callable[[Failure, str], bytes]

    def reading(self, body: bytes, kind: str) -> Reading:
        """Read a body that was unpacked already."""
        return Reading(*self.read(body, kind))


TRACES = Door(
    "traces",
    (PROTOBUF, JSON),
    read=read_traces,
    told=lambda received, kind: answer(received.rejected, kind),
    refused=lambda failure, kind: refusal(failure.status, failure.message, kind),
)
EVENTS = Door(
    "events",
    (JSON,),
    read=lambda body, _kind: read_events(body, current_organization_id()),
    told=lambda received, _kind: dumps(success(received_data(received))),
    refused=lambda failure, _kind: dumps(failure.envelope),
)
DOORS = {**{f"/{root}/traces": TRACES for root in ROOTS}, "/api/v1/telemetry/events": EVENTS}
