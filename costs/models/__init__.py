"""The rows of this app by name."""

from costs.models.agent_day import AgentDay, AgentDayQuerySet
from costs.models.billed_cost import BilledCost, BilledCostQuerySet
from costs.models.model_hour import ModelHour, ModelHourQuerySet
from costs.models.source import CostSource
from costs.models.usage_record import PeriodType, UsageRecord, UsageRecordQuerySet, UsageRole

__all__ = [
    "AgentDay",
    "AgentDayQuerySet",
    "BilledCost",
    "BilledCostQuerySet",
    "CostSource",
    "ModelHour",
    "ModelHourQuerySet",
    "PeriodType",
    "UsageRecord",
    "UsageRecordQuerySet",
    "UsageRole",
]
