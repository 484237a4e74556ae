"""The Studio's pages about costs."""

from costs.admin.bills import BilledCostAdmin
from costs.admin.usage import UsageRecordAdmin

__all__ = ["BilledCostAdmin", "UsageRecordAdmin"]
