"""The Studio's pages of telemetry."""

from telemetry.admin.run import RunAdmin
from telemetry.admin.source import SourceAdmin

__all__ = ["RunAdmin", "SourceAdmin"]
