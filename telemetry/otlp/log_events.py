"""What log records tell of spans: messages of models and judgements of them."""

import time
from collections import defaultdict
from hashlib import blake2b
from itertools import islice
from typing import Any

import msgspec

from telemetry.dialects.evaluations import EVENT as EVALUATION
from telemetry.dialects.spoken import SPEAKERS
from telemetry.dialects.told import Attributes, Event, Logged, Origin, Told
from telemetry.dialects.understanding import place_of, understand
from telemetry.otlp.checking import fault_of
from telemetry.otlp.reading import LARGEST_SPAN, MOST_ITEMS, form_of
from telemetry.records import SpanRecord

DETAILS = "gen_ai.client.inference.operation.details"
EVENTS = frozenset({DETAILS, EVALUATION, *SPEAKERS})
NAME = "event.name"
OPERATION = "gen_ai.operation.name"


class LoggedSpan(msgspec.Struct, gc=False):
    """What logs of one request tell of one span; `origin` is the same when it is sent again."""

    record: SpanRecord
    origin: str


class _Told(msgspec.Struct, gc=False):
    """The events about one span, and a mark of all their bytes."""

    source: Origin
    logged: list[Logged] = []
    mark: Any = None


def read_log_events(
    body: bytes, content_type: str, *, now_ns: int | None = None
) -> list[LoggedSpan]:
    """Return what a request for logs tells of spans; records of other things are passed by.

    A record begins when the first of its logs was written, for a log does not know its span's
    start. Raises `InvalidInput` like `read_traces`.
    """
    form = form_of(content_type)
    now_ns = time.time_ns() if now_ns is None else now_ns
    spans: dict[tuple[str, str], _Told] = defaultdict(lambda: _Told(Origin()))
    for source, data in islice(form.placed_logs(body), MOST_ITEMS):
        logged = form.decoded_log(data) if len(data) <= LARGEST_SPAN else None
        if logged is None or _name(logged) not in EVENTS:
            continue
        told = spans[logged.trace_id, logged.span_id]
        told.source = source
        told.mark = told.mark or blake2b(digest_size=16)
        told.mark.update(data)
        told.logged.append(logged)
    found = (_understood(told, now_ns) for told in spans.values())
    return [each for each in found if each is not None]


def _name(logged: Logged) -> str:
    return logged.name or str(logged.attributes.get(NAME, ""))


def _understood(told: _Told, now_ns: int) -> LoggedSpan | None:
    first = min(told.logged, key=lambda logged: logged.at_ns)
    operation = next(
        (each.attributes[OPERATION] for each in told.logged if OPERATION in each.attributes), "chat"
    )
    span = Told(
        trace_id=first.trace_id,
        span_id=first.span_id,
        parent_id="",
        name=_name(first),
        is_client=False,
        started_ns=first.at_ns,
        ended_ns=0,
        failed=None,
        status_message="",
        attributes={OPERATION: operation},
        events=[Event(_name(each), each.at_ns, _attributes(each)) for each in told.logged],
    )
    if fault_of(span, now_ns):
        return None
    return LoggedSpan(understand(span, place_of(told.source)), f"log/{told.mark.hexdigest()}")


def _attributes(logged: Logged) -> Attributes:
    """Return what an event tells; older conventions tell it in the body."""
    body = logged.body if isinstance(logged.body, dict) else {}
    return {**logged.attributes, **body}
