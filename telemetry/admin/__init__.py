"""The Studio's pages of telemetry."""

from telemetry.admin.content_rules import ContentRuleAdmin, RedactionPatternAdmin
from telemetry.admin.feedback import FeedbackAdmin
from telemetry.admin.objective import ObjectiveAdmin
from telemetry.admin.quarantine import QuarantinedAdmin
from telemetry.admin.run import RunAdmin
from telemetry.admin.source import SourceAdmin

__all__ = [
    "ContentRuleAdmin",
    "FeedbackAdmin",
    "ObjectiveAdmin",
    "QuarantinedAdmin",
    "RedactionPatternAdmin",
    "RunAdmin",
    "SourceAdmin",
]
