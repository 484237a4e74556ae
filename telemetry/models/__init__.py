"""The nouns of telemetry, one file each."""

from telemetry.models.content_rule import ContentMode, ContentRule
from telemetry.models.feedback import Feedback, FeedbackSource
from telemetry.models.message import Message
from telemetry.models.model_use import ModelUse
from telemetry.models.objective import Objective, ObjectiveDays
from telemetry.models.quarantined import Quarantined
from telemetry.models.redaction_pattern import RedactionPattern
from telemetry.models.rejection import Rejection
from telemetry.models.run import Run, RunQuerySet, RunStatus
from telemetry.models.run_sum import Grain, RunSum, SumOf
from telemetry.models.source import Source
from telemetry.models.span import Span, SpanKind, SpanStatus
from telemetry.models.span_content import SpanContent

__all__ = [
    "ContentMode",
    "ContentRule",
    "Feedback",
    "FeedbackSource",
    "Grain",
    "Message",
    "ModelUse",
    "Objective",
    "ObjectiveDays",
    "Quarantined",
    "RedactionPattern",
    "Rejection",
    "Run",
    "RunQuerySet",
    "RunStatus",
    "RunSum",
    "Source",
    "Span",
    "SpanContent",
    "SpanKind",
    "SpanStatus",
    "SumOf",
]
