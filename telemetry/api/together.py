"""Many requests at once: each is judged by itself, what they bring is kept in one transaction.

A request is held to all that the views hold it to: its key, its limits, its rights, the size and
form of its body. Whatever is unusual about it is left to the views (`Answer` None).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from time import perf_counter

import structlog
from django.db import connection

from accounts.actions.identify_api_key import identify_api_key
from accounts.calls import count_call
from accounts.permissions import require
from armproject.lib import context
from armproject.lib.context import Context
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
    chosen: Context = context.NOWHERE
    headers: dict[str, str] = field(default_factory=dict)
    reading: Reading | None = None
    answer: Answer | None = None
    began: float = field(default_factory=perf_counter)

    @property
    def age(self) -> float:
        """How many seconds ago the request had come in whole."""
        return perf_counter() - self.began

    def refuse(self, failure: Failure) -> None:
        body = self.door.refused(failure, self.kind)
        told = {**self.headers, **failure.headers}
        self.answer = Answer(failure.status, self.kind, body, told)


def serve_together(calls: Sequence[Call]) -> None:
    """Fill in the answer of each call; None is left where the views must answer."""
    away: Failure | None = None
    for call in calls:
        if away is not None:
            call.refuse(away)
            continue
        away = _read(call)
    groups: dict[tuple[object, str], list[Call]] = defaultdict(list)
    for call in calls:
        if call.reading is not None:
            groups[call.chosen.organization_id, call.door.name].append(call)
    for group in groups.values():
        _keep(group)


def _read(call: Call) -> Failure | None:
    """Judge and read one call; returns the failure that all others would meet as well."""
    info, told = begin_request(call.meta)
    call.headers.update(told)
    try:
        with context.use(replace(context.NOWHERE, request=info)):
            call.chosen = identify_api_key(call.token)
        with context.use(call.chosen):
            verdict = count_call("ingest")
            if not verdict.is_allowed:
                return None
            call.headers.update(verdict.headers)
            return _take_in(call)
    except DomainError:  # nobody knows who calls: the views answer, and count the address
        return None
    except Exception as error:  # noqa: BLE001 - every failure is told in the caller's encoding
        return _failed(call, error)


def _take_in(call: Call) -> Failure | None:
    try:
        require("telemetry.write")
        count_bytes(len(call.body))
        reading = call.door.reading(unpacked(BytesIO(call.body), call.meta), call.kind)
        count_items(len(reading.records) + len(reading.rejected))
        call.reading = reading
    except Exception as error:  # noqa: BLE001 - the same
        return _failed(call, error)
    return None


def _failed(call: Call, error: Exception) -> Failure | None:
    failure = reported_failure(error, None)
    call.refuse(failure)
    return failure if failure is AWAY else None


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
