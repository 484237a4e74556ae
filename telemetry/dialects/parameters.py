"""Parameters of a request to a model, told as one JSON object."""

from typing import Any

from telemetry.dialects.loose_json import value_of
from telemetry.records import SpanRecord

_NAMES = {
    "temperature": "temperature",
    "top_p": "top_p",
    "top_k": "top_k",
    "max_tokens": "max_tokens",
    "max_completion_tokens": "max_tokens",
    "max_output_tokens": "max_tokens",
    "seed": "seed",
    "stream": "stream",
    "frequency_penalty": "frequency_penalty",
    "presence_penalty": "presence_penalty",
}


def add_parameters(record: SpanRecord, told: Any) -> None:
    """Keep the parameters that the conventions name; a JSON object may hold anything else."""
    given = value_of(told)
    for name, value in given.items() if isinstance(given, dict) else ():
        known = _NAMES.get(name)
        if known is not None and isinstance(value, bool | int | float):
            record.attributes.setdefault(f"gen_ai.request.{known}", value)
