"""The nouns of telemetry, one file each."""

from telemetry.models.model_use import ModelUse
from telemetry.models.rejection import Rejection
from telemetry.models.run import Run, RunStatus
from telemetry.models.source import Source
from telemetry.models.span import Span, SpanKind, SpanStatus

__all__ = [
    "ModelUse",
    "Rejection",
    "Run",
    "RunStatus",
    "Source",
    "Span",
    "SpanKind",
    "SpanStatus",
]
