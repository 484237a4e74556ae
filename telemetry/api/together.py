"""Many requests at once: each is judged by itself, what they bring is kept in one transaction.

A request is held to all that the views hold it to: its key, its limits, its rights, the size and
form of its body. Whatever is unusual about it is left to the views (`Answer` None).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from io import BytesIO
from operator import attrgetter
from time import perf_counter

import structlog
from django.db import connection

from accounts.actions.identify_api_key import identify_api_key
from accounts.calls import count_call
from accounts.permissions import require
from armproject.lib import context
from armproject.lib.context import Context, RequestInfo
from armproject.lib.errors import DomainError
from armproject.lib.rest.body import Failure
from armproject.lib.rest.database import AWAY
from armproject.lib.rest.errors import reported_failure
from armproject.lib.tracing import begin_request
from telemetry.actions.receive_safely import is_of_the_data
from telemetry.actions.receive_together import Reading, receive_together
from telemetry.api.parsers import unpacked
from telemetry.api.quick import Door
from telemetry.metering import count_bytes, count_items

log = structlog.get_logger("armproject.access")


@dataclass(frozen=True, slots=True)
class Answer:
    """What to send back."""

    status: int
    kind: str
    body: bytes
    headers: Mapping[str, str]


@dataclass(slots=True)
class Call:
    """One request as it came in; `meta` are its headers under the names WSGI has for them."""

    door: Door
    kind: str
    token: str
    body: bytes
    meta: Mapping[str, str]
    # What is known of it when it was judged.
    request: RequestInfo = context.NOWHERE.request
    chosen: Context = context.NOWHERE
    headers: dict[str, str] = field(default_factory=dict)
    reading: Reading | None = None
    answer: Answer | None = None
    began: float = field(default_factory=perf_counter)

    @property
    def age(self) -> float:
        """How many seconds ago the request had come in whole."""
        return perf_counter() - self.began

    @property
    def items(self) -> int:
        """How many items it was found to hold."""
        return len(self.reading.records) + len(self.reading.rejected) if self.reading else 0

    def read(self) -> None:
        """Read what it brings."""
        self.reading = self.door.reading(unpacked(BytesIO(self.body), self.meta), self.kind)

    def refuse(self, failure: Failure) -> None:
        body = self.door.refused(failure, self.kind)
        told = {**self.headers, **failure.headers}
        self.answer = Answer(failure.status, self.kind, body, told)


def serve_together(calls: Sequence[Call]) -> None:
    """Fill in the answer of each call; None is left where the views must answer."""
    for call in calls:
        call.request, call.headers = begin_request(call.meta)
    away: Failure | None = None
    for group in _grouped(calls, attrgetter("token", "request.address")):
        away = away or _admit(group)
        if away is not None:
            for call in group:
                call.refuse(away)
    read = [call for call in calls if call.reading is not None and call.answer is None]
    for group in _grouped(read, attrgetter("chosen.organization_id", "door.name")):
        _keep(group)


def _grouped(calls: Iterable[Call], key: Callable[[Call], object]) -> Iterable[list[Call]]:
    groups: dict[object, list[Call]] = defaultdict(list)
    for call in calls:
        groups[key(call)].append(call)
    return groups.values()


def _admit(group: Sequence[Call]) -> Failure | None:
    """Judge and read the calls of one caller; returns the failure that all others would meet."""
    try:
        with context.use(replace(context.NOWHERE, request=group[0].request)):
            known = identify_api_key(group[0].token)
    except DomainError:  # nobody knows who calls: the views answer, and count the address
        return None
    except Exception as error:  # noqa: BLE001 - every failure is told in the caller's encoding
        failures = [_failed(call, error) for call in group]
        return AWAY if AWAY in failures else None
    with context.use(known):
        welcome = [call for call in group if _may_call(call, known)]
        able = [call for call in welcome if _tried(call, partial(require, "telemetry.write"))]
        light = _within(able, count_bytes, lambda call: len(call.body))
        read = [call for call in light if _tried(call, call.read)]
        _within(read, count_items, lambda call: call.items)
    return None


def _may_call(call: Call, known: Context) -> bool:
    """Count a call; one over the limit is left to the views, as is one that cannot be counted."""
    call.chosen = replace(known, request=call.request)
    try:
        verdict = count_call("ingest")
    except DomainError:
        return False
    call.headers.update(verdict.headers)
    return verdict.is_allowed


def _within(
    calls: Sequence[Call], count: Callable[[int], None], size_of: Callable[[Call], int]
) -> Sequence[Call]:
    """Return the calls within a limit: all where it has room for what they bring together."""
    try:
        count(sum(map(size_of, calls)))
    except Exception:  # noqa: BLE001 - each is told its own
        return [call for call in calls if _tried(call, partial(count, size_of(call)))]
    return calls


def _tried(call: Call, act: Callable[[], None]) -> bool:
    """Do this for a call, and say whether it worked; where not, the call is answered with why."""
    try:
        act()
    except Exception as error:  # noqa: BLE001 - every failure is told in the caller's encoding
        _failed(call, error)
        return False
    return True


def _failed(call: Call, error: Exception) -> Failure:
    failure = reported_failure(error, None)
    call.refuse(failure)
    return failure


def _keep(group: list[Call]) -> None:
    """Keep what these calls brought; where that fails, each is tried alone and answers for it."""
    began = perf_counter()
    first = group[0]
    readings = [call.reading for call in group if call.reading is not None]
    with context.use(first.chosen):
        try:
            found = receive_together(first.door.name, readings)
        except Exception as error:  # noqa: BLE001 - the same
            connection.close_if_unusable_or_obsolete()
            return _part(group, error)
        items = sum(each.kept for each in found)
        spent = round((perf_counter() - began) * 1000, 1)
        log.info("kept_together", route=first.door.name, count=len(group), items=items, ms=spent)
    for call, received in zip(group, found, strict=True):
        body = first.door.told(received, call.kind)
        call.answer = Answer(200, call.kind, body, call.headers)
    return None


def _part(group: list[Call], error: Exception) -> None:
    if len(group) == 1:
        if not is_of_the_data(error):  # else the views part what is sound from what is not
            _failed(group[0], error)
        return
    failure = reported_failure(error, None)
    for call in group:
        if failure is AWAY:
            call.refuse(failure)
        else:
            _keep([call])
