"""The nouns of telemetry, one file each."""

from telemetry.models.model_use import ModelUse
from telemetry.models.rejection import Rejection
from telemetry.models.run import Run, RunStatus
from telemetry.models.run_sum import Grain, RunSum, SumOf
from telemetry.models.source import Source
from telemetry.models.span import Span, SpanKind, SpanStatus

__all__ = [
    "Grain",
    "ModelUse",
    "Rejection",
    "Run",
    "RunStatus",
    "RunSum",
    "Source",
    "Span",
    "SpanKind",
    "SpanStatus",
    "SumOf",
]
