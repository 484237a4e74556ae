"""Events of ARM's own: what an agent says of its work without speaking OpenTelemetry."""

from telemetry.events.reading import read_events
from telemetry.events.schema import SCHEMA
from telemetry.events.shape import VERSION

__all__ = ["SCHEMA", "VERSION", "read_events"]
