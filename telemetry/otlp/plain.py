"""A span as it was sent, for people to read."""

from typing import Any

import msgspec

from telemetry.otlp.reading import form_of


def plain_span(data: bytes, content_type: str) -> dict[str, Any] | None:
    """Return what a span tells as plain values, ids in hex digits; None where it is no span."""
    told = form_of(content_type).decoded(data)
    return None if told is None else msgspec.to_builtins(told)
