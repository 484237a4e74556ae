"""Calls of models told twice: a library's span around the span of another library."""

from collections.abc import Sequence

from telemetry.records import SpanRecord

HIGHEST = 8
_CALLS = frozenset({"llm", "embedding"})
_BETWEEN = frozenset({"span", "llm", "embedding"})


def mark_wrappers(records: Sequence[SpanRecord]) -> None:
    """Set `counts_twice` on calls around a call that tells its own tokens.

    Only what came in one request can be seen. Above an agent or a tool, and of another model, a
    call is another one.
    """
    calls = [record for record in records if record.kind in _CALLS and record.parent_id]
    if not calls:
        return
    by_place = {(record.trace_id, record.span_id): record for record in records}
    for call in calls:
        if call.input_tokens is None and call.output_tokens is None:
            continue
        above = by_place.get((call.trace_id, call.parent_id))
        for _ in range(HIGHEST):
            if above is None or above.kind not in _BETWEEN:
                break
            above.counts_twice = above.counts_twice or _is_same_call(above, call)
            above = by_place.get((above.trace_id, above.parent_id))


def _is_same_call(above: SpanRecord, call: SpanRecord) -> bool:
    """Say whether both call the same model, which one of them may name more exactly."""
    outer, inner = above.model, call.model
    return above.kind == call.kind and (not outer or outer in inner or inner in outer)
