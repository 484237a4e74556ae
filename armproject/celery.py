"""The Celery application. Its messages are hints: what must happen stands in the jobs table."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "armproject.settings")

app = Celery("arm")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
