"""The project: settings and wiring. Loading it makes Celery's application known to Django."""

from armproject.celery import app as celery_app

__all__ = ["celery_app"]
