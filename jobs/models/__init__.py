"""The rows of this app by name."""

from jobs.models.job import Job, JobQuerySet, JobState
from jobs.models.pulse import Pulse
from jobs.models.schedule_run import ScheduleRun

__all__ = ["Job", "JobQuerySet", "JobState", "Pulse", "ScheduleRun"]
