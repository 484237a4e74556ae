"""A batch of events, read one by one where one of them is damaged."""

import re
import time
from collections.abc import Sequence
from typing import Any, TypeVar
from uuid import UUID

import msgspec
import structlog

from armproject.lib.errors import InvalidInput, TooLarge
from telemetry.events.shape import VERSION, Event, Unusable
from telemetry.events.steps import step_of
from telemetry.putaside import of_event
from telemetry.records import Rejected, SpanRecord

MOST_EVENTS = 10_000
# Clocks differ; one that is further ahead is wrong.
AHEAD_NS = 600_000_000_000
EARLIEST_NS = 1_577_836_800_000_000_000  # 2020-01-01
LONGEST_ID = 64
# What JSON may tell and no text of the database may hold.
NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")
DEFECT = "ARM could not understand the event; it is kept aside."
OTHER_TENANT = "The event's tenant_id is not the organization of the key it was sent with."

log = structlog.get_logger(__name__)
Many = TypeVar("Many", bound=Sequence[Any])


class Batch(msgspec.Struct, gc=False):
    """Events under a name of their own, beside which others may stand one day."""

    events: list[Event]


class Raw(msgspec.Struct, gc=False):
    """The same, of which each event is yet to be read."""

    events: list[msgspec.Raw]


_batches, _lists = msgspec.json.Decoder(Batch), msgspec.json.Decoder(list[Event])
_raw_batches, _raw_lists = msgspec.json.Decoder(Raw), msgspec.json.Decoder(list[msgspec.Raw])
_events = msgspec.json.Decoder(Event)
_NOT_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def read_events(
    body: bytes, organization_id: UUID, *, now_ns: int | None = None
) -> tuple[list[SpanRecord], list[Rejected]]:
    """Return the steps of a batch, and which of its events cannot be kept.

    The body is a JSON list of events, or an object with such a list as `events`. Raises
    `InvalidInput` where it is neither, `TooLarge` over 10,000 events.
    """
    body = NUL.sub(rb"\1\\ufffd", body) if b"\\u0000" in body else body
    now_ns = time.time_ns() if now_ns is None else now_ns
    tenant = str(organization_id)
    try:
        events = _bounded(_lists.decode(body) if _is_list(body) else _batches.decode(body).events)
        return [_step(each.plain(), tenant, now_ns) for each in events], []
    except Exception:  # noqa: BLE001 - it is of some of them, which are found and told now
        return _one_by_one(body, tenant, now_ns)


def _one_by_one(body: bytes, tenant: str, now_ns: int) -> tuple[list[SpanRecord], list[Rejected]]:
    """Read a batch in which something is damaged, so that it costs no other event."""
    steps, rejected = list[SpanRecord](), list[Rejected]()
    for index, each in enumerate(_raw(body)):
        event_id = ""
        try:
            event = _decoded(each)
            event_id = (event.event_id or "")[:LONGEST_ID]
            steps.append(_step(event, tenant, now_ns))
        except Exception as problem:
            if not isinstance(problem, Unusable):
                log.exception("event_not_understood")
                problem = Unusable(DEFECT)
            rejected.append(Rejected(index, str(problem), event_id, of_event(bytes(each))))
    return steps, rejected


def _is_list(body: bytes) -> bool:
    return body.lstrip()[:1] == b"["


def _raw(body: bytes) -> Sequence[msgspec.Raw]:
    try:
        return _bounded(
            _raw_lists.decode(body) if _is_list(body) else _raw_batches.decode(body).events
        )
    except _NOT_JSON:
        raise InvalidInput(
            'Send a JSON list of events, or an object with one: {"events": [...]}.'
        ) from None


def _bounded(events: Many) -> Many:
    if len(events) > MOST_EVENTS:
        raise TooLarge(f"A batch holds at most {MOST_EVENTS:,} events; send it in parts.")
    return events


def _decoded(raw: msgspec.Raw) -> Event:
    try:
        return _events.decode(raw).plain()
    except _NOT_JSON:
        raise Unusable("The event has not the shape that the published schema describes.") from None


def _step(event: Event, tenant: str, now_ns: int) -> SpanRecord:
    if event.version != VERSION:
        raise Unusable(f"The event's version is not {VERSION}, the one that is understood here.")
    if event.tenant_id and event.tenant_id.lower() != tenant:
        raise Unusable(OTHER_TENANT)
    step = step_of(event)
    if step.started_ns < EARLIEST_NS:
        raise Unusable("The event lies before 2020.")
    if step.started_ns > now_ns + AHEAD_NS:
        raise Unusable("The event lies more than ten minutes in the future.")
    return step
