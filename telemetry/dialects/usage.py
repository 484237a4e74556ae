"""Tokens and cost: whatever a dialect's habit, `input` holds all input and `output` all output."""

from typing import Any

from telemetry.dialects.facts import Facts
from telemetry.dialects.kinds import GATHERING
from telemetry.dialects.loose_json import value_of
from telemetry.dialects.reading import decimal, number, whole
from telemetry.dialects.told import Told
from telemetry.records import SpanRecord

_INPUT = ("input", "input_tokens", "prompt_tokens")
_OUTPUT = ("output", "output_tokens", "completion_tokens")
_WHOLES = frozenset({*_INPUT, *_OUTPUT})
_SIDES = ("input", "output")


def settle_tokens(record: SpanRecord, facts: Facts, span: Told) -> None:
    """Complete the token counts, and say whether other spans tell them too.

    Who tells less input than what of it was cached counts the rest alone, and likewise for
    reasoning; then the parts are added.
    """
    _from_total(record, facts.hints.get("TotalTokens"))
    cached = (record.cache_read_tokens or 0) + (record.cache_write_tokens or 0)
    if record.input_tokens is not None and record.input_tokens < cached:
        record.input_tokens += cached
    reasoning = record.reasoning_tokens or 0
    if record.output_tokens is not None and record.output_tokens < reasoning:
        record.output_tokens += reasoning
    # An agent that runs elsewhere is called as a client, and tells what nobody else does.
    told = record.input_tokens is not None or record.output_tokens is not None or record.cost
    record.counts_twice = bool(told) and record.kind in GATHERING and not span.is_client


def _from_total(record: SpanRecord, total: int | None) -> None:
    if total is None:
        return
    if record.input_tokens is None:
        record.input_tokens = max(total - (record.output_tokens or 0), 0)
    elif record.output_tokens is None and total >= record.input_tokens:
        record.output_tokens = total - record.input_tokens


def settle_details(record: SpanRecord, facts: Facts) -> None:
    """Read Langfuse's objects of usage and cost."""
    used = value_of(facts.hints.get("UsageDetails"))
    if isinstance(used, dict):
        _take_details(record, used)
    costs = value_of(facts.hints.get("CostDetails"))
    if isinstance(costs, dict):
        parts = [amount for each in costs.values() if (amount := number(each)) is not None]
        record.cost = decimal(costs.get("total", sum(parts)))


def _take_details(record: SpanRecord, used: dict[str, Any]) -> None:
    """Read the counts of an object that knows two habits.

    In Langfuse's own every token counts under one key alone, so that `input` is what no other
    key counts. In OpenAI's the details lie in the whole; a total gives it away as well.
    """
    counts, details = _counts(used), _counts(_details(used))
    sides = [_whole(counts, names) for names in (_INPUT, _OUTPUT)]
    total = counts.get("total", counts.get("total_tokens"))
    if not details and total != sum(count or 0 for count in sides):
        sides = [
            _with_parts(count, counts, side) for count, side in zip(sides, _SIDES, strict=True)
        ]
    record.input_tokens, record.output_tokens = sides
    everything = counts | details
    record.cache_read_tokens = _named(everything, "cache_read", "cached")
    record.cache_write_tokens = _named(everything, "cache_creation", "cache_write")
    record.reasoning_tokens = _named(everything, "reasoning")


def _counts(used: dict[str, Any]) -> dict[str, int]:
    return {key: count for key, told in used.items() if (count := whole(told)) is not None}


def _details(used: dict[str, Any]) -> dict[str, Any]:
    """Return the counts that stand one level deeper."""
    return {
        name: told
        for key, below in used.items()
        if key.endswith("_details") and isinstance(below, dict)
        for name, told in below.items()
    }


def _whole(counts: dict[str, int], names: tuple[str, ...]) -> int | None:
    return next((counts[name] for name in names if name in counts), None)


def _with_parts(count: int | None, counts: dict[str, int], side: str) -> int | None:
    parts = [n for key, n in counts.items() if key not in _WHOLES and _side(key) == side]
    return count if count is None and not parts else (count or 0) + sum(parts)


def _side(key: str) -> str:
    if "reasoning" in key or key.startswith("output"):
        return "output"
    return "input" if "cache" in key or key.startswith("input") else ""


def _named(counts: dict[str, int], *words: str) -> int | None:
    found = [count for key, count in counts.items() if any(word in key for word in words)]
    return max(found, default=None)
