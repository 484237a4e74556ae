"""Answers to exporters: what was taken, and in one sentence each why something was not."""

from collections import Counter
from collections.abc import Sequence
from enum import Enum

from telemetry.otlp import json, protobuf
from telemetry.otlp.reading import is_json
from telemetry.records import Rejected

MOST_REASONS = 3


class Signal(Enum):
    """A kind of telemetry, by what OTLP in JSON calls the number of what was not taken."""

    TRACES = "rejectedSpans"
    METRICS = "rejectedDataPoints"
    LOGS = "rejectedLogRecords"


def answer(
    rejected: Sequence[Rejected], content_type: str, signal: Signal = Signal.TRACES
) -> bytes:
    """Return an Export…ServiceResponse in the type the request came in.

    What was rejected is counted with the commonest reasons; nothing of its content is repeated.
    """
    reasons = Counter(each.reason for each in rejected).most_common()
    told = [f"{count} x: {reason}" for reason, count in reasons[:MOST_REASONS]]
    if others := sum(count for _, count in reasons[MOST_REASONS:]):
        told.append(f"{others} x for other reasons.")
    message = " ".join(told)
    if is_json(content_type):
        return json.answered(len(rejected), message, signal.value)
    return protobuf.answered(len(rejected), message)
