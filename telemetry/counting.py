"""What telemetry tells, counted as it is kept; nothing counts before it is committed."""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import partial

from django.db import transaction

from armproject.lib.metrics import Few, counter
from telemetry.staging import Line
from telemetry.sums import UseSum

ITEMS = counter(
    "ingested_items_total", "Items that came in: kept, known, refused.", "door", "outcome"
)
CALLS = counter("llm_calls_total", "Calls of models by vendor.", "provider", "outcome")
TOKENS = counter("llm_tokens_total", "Tokens of models.", "provider", "model", "direction")
COST = counter("llm_cost_usd_total", "What calls of models cost, in US dollars.", "provider")
TOOLS = counter("tool_calls_total", "Calls of tools.", "tool", "outcome")
ERRORS = counter("step_errors_total", "Steps of agents that failed, by type.", "type")

providers, models, tools, types = Few(30), Few(100), Few(100), Few(50)


def count_items(door: str, *, kept: int, known: int, refused: int) -> None:
    """Count what became of the items of a batch, once it is committed."""
    found = {"kept": kept, "known": known, "refused": refused}
    transaction.on_commit(partial(_count_items, door, found))


def count_steps(lines: Sequence[Line], uses: Sequence[UseSum]) -> None:
    """Count what new spans tell, once they are committed."""
    transaction.on_commit(partial(_count_steps, lines, uses))


def _count_items(door: str, found: dict[str, int]) -> None:
    for outcome, number in found.items():
        if number:
            ITEMS.labels(door, outcome).inc(number)


def _count_steps(lines: Sequence[Line], uses: Iterable[UseSum]) -> None:
    for use in uses:
        _count_use(use)
    records = [each.record for each in lines]
    called = Counter(
        (tools(each.tool_name or each.name), _outcome(each.status))
        for each in records
        if each.kind == "tool"
    )
    for (tool, outcome), number in called.items():
        TOOLS.labels(tool, outcome).inc(number)
    failed = Counter(types(each.error_type) for each in records if each.status == "error")
    for kind, number in failed.items():
        ERRORS.labels(kind).inc(number)


def _count_use(use: UseSum) -> None:
    provider, model = providers(use.vendor), models(use.model)
    CALLS.labels(provider, "failed").inc(use.errors)
    CALLS.labels(provider, "succeeded").inc(use.calls - use.errors)
    COST.labels(provider).inc(float(use.cost))
    directions = {
        "input": use.input_tokens,
        "output": use.output_tokens,
        "cached": use.cached_tokens,
        "cache_write": use.cache_write_tokens,
    }
    for direction, number in directions.items():
        if number:
            TOKENS.labels(provider, model, direction).inc(number)


def _outcome(status: str) -> str:
    return "failed" if status == "error" else "succeeded"
