"""What makes a span impossible to keep, and what is mended instead."""

import re

from telemetry.dialects.told import Told

# Clocks differ; one that is further ahead is wrong.
AHEAD_NS = 600_000_000_000
EARLIEST_NS = 1_577_836_800_000_000_000  # 2020-01-01
_TRACE_ID = re.compile(r"(?!0{32})[0-9a-f]{32}")
_SPAN_ID = re.compile(r"(?!0{16})[0-9a-f]{16}")


def is_span_id(told: str) -> bool:
    return _SPAN_ID.fullmatch(told) is not None


def fault_of(span: Told, now_ns: int) -> str:
    """Return a sentence that says why the span cannot be kept, or "" where it can.

    A parent's id that is none is taken away, and an end before the start is moved to it; both
    are noted on the span.
    """
    if not _TRACE_ID.fullmatch(span.trace_id):
        return "The trace id is not 32 hex digits, or only zeros."
    if not is_span_id(span.span_id):
        return "The span id is not 16 hex digits, or only zeros."
    if not span.started_ns:
        return "The span has no start time."
    if span.started_ns < EARLIEST_NS or (span.ended_ns and span.ended_ns < EARLIEST_NS):
        return "The span's time lies before 2020; times are nanoseconds since 1970."
    if max(span.started_ns, span.ended_ns) > now_ns + AHEAD_NS:
        return "The span's time lies more than ten minutes in the future."
    _mend(span)
    return ""


def _mend(span: Told) -> None:
    if span.parent_id and not is_span_id(span.parent_id):
        if span.parent_id.strip("0"):
            span.notes.append("The id of the parent was no span id and was taken away.")
        span.parent_id = ""
    if span.parent_id == span.span_id:
        span.notes.append("The span named itself as its parent, which was taken away.")
        span.parent_id = ""
    if span.ended_ns and span.ended_ns < span.started_ns:
        span.notes.append("The span ended before it started; its end was moved to its start.")
        span.ended_ns = span.started_ns
