"""A span as it came over the wire, before anybody asks what its attributes mean."""

from typing import Any

import msgspec

Attributes = dict[str, Any]


class Event(msgspec.Struct, gc=False):
    """Something that happened within a span."""

    name: str
    at_ns: int
    attributes: Attributes


class Origin(msgspec.Struct, gc=False):
    """Where spans come from: their resource's attributes, and the library that made them."""

    resource: Attributes = {}
    scope: str = ""
    scope_attributes: Attributes = {}


class Logged(msgspec.Struct, gc=False):
    """One log record that may tell of a span; `body` is a plain value, `name` that of an event."""

    trace_id: str
    span_id: str
    name: str
    at_ns: int
    attributes: Attributes
    body: Any


class Told(msgspec.Struct, gc=False):
    """One span; ids are hex digits as told, times nanoseconds, attributes plain values.

    A value is a string, an integer of 64 bits, a finite float, a boolean, None, or lists and
    dictionaries of these. `notes` are sentences about what had to be mended.
    """

    trace_id: str
    span_id: str
    parent_id: str
    name: str
    is_client: bool
    started_ns: int
    ended_ns: int
    failed: bool | None
    status_message: str
    attributes: Attributes
    events: list[Event]
    notes: list[str] = []
