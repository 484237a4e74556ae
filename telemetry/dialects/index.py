"""The table of names the other way round: what an attribute tells, and how it is read."""

from collections.abc import Callable
from typing import Any, NamedTuple

from telemetry.dialects.reading import as_told, decimal, seconds, short, text, texts, whole
from telemetry.dialects.table import AGGREGATED, CONTENT, ROWS, TOOL_CONTENT

Reader = Callable[[Any], Any]

_READERS: dict[str, Reader] = {
    **dict.fromkeys((*AGGREGATED, "TotalTokens", "HttpStatus"), whole),
    "cost": decimal,
    "first_chunk_ms": seconds,
    "finish_reasons": texts,
    "tool_arguments": text,
    "tool_result": text,
    **dict.fromkeys((*CONTENT, "UsageDetails", "CostDetails", "Parameters", "Metadata"), as_told),
    **dict.fromkeys(("FirstChunkMs", "EvaluationScore", "ExceptionStacktrace"), as_told),
    **dict.fromkeys(("StatusMessage", "ExceptionMessage", "EvaluationExplanation"), text),
}


class Fact(NamedTuple):
    """What an attribute tells: which field, how it ranks among its names, how it is read."""

    field: str
    rank: int
    read: Reader
    is_hint: bool
    is_content: bool


# Aggregates rank behind every name of the same fact.
FACTS: dict[str, Fact] = {
    name: Fact(
        field,
        rank,
        _READERS.get(field, short),
        is_hint=field[0].isupper(),
        is_content=field in CONTENT or field in TOOL_CONTENT,
    )
    for field, names in ROWS.items()
    for rank, name in enumerate((*names, *AGGREGATED.get(field, ())))
}
