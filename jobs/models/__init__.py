"""The rows of this app by name."""

from jobs.models.delivery import PATIENCE, Delivery, DeliveryState
from jobs.models.job import Job, JobQuerySet, JobState
from jobs.models.outbox_event import OutboxEvent
from jobs.models.pulse import Pulse
from jobs.models.schedule_run import ScheduleRun
from jobs.models.subscription import OVERLAP, Subscription, SubscriptionState

__all__ = [
    "OVERLAP",
    "PATIENCE",
    "Delivery",
    "DeliveryState",
    "Job",
    "JobQuerySet",
    "JobState",
    "OutboxEvent",
    "Pulse",
    "ScheduleRun",
    "Subscription",
    "SubscriptionState",
]
