"""LangSmith: GenAI, with what a cache held and what was reasoning in an object beside it."""

from telemetry.dialects.facts import Facts
from telemetry.dialects.loose_json import value_of
from telemetry.dialects.reading import whole
from telemetry.dialects.told import Told
from telemetry.records import SpanRecord

NAME = "langsmith"
_DETAILS = (
    ("cache_read_tokens", "input_token_details", "cache_read"),
    ("cache_write_tokens", "input_token_details", "cache_creation"),
    ("reasoning_tokens", "output_token_details", "reasoning"),
)


def complete(record: SpanRecord, facts: Facts, span: Told) -> None:
    """Read the details of the usage, which LangChain tells in words of its own."""
    used = value_of(facts.hints.get("UsageDetails"))
    if not isinstance(used, dict):
        return
    for field, group, name in _DETAILS:
        details = used.get(group)
        if getattr(record, field) is None and isinstance(details, dict):
            setattr(record, field, whole(details.get(name)))
