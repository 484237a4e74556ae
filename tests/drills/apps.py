from django.apps import AppConfig


class DrillsConfig(AppConfig):
    """Makes the drills' kinds of work known, as any app's are: by its `tasks`."""

    name = "tests.drills"
    label = "drills"
