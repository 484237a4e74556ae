"""The Studio's pages about work and news: one module for each noun."""

from jobs.admin import deliveries, jobs, schedules, subscriptions  # noqa: F401 - they register
