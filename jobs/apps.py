from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "jobs"
    verbose_name = "Work"

    def ready(self) -> None:
        from django.db.models.signals import post_migrate

        from jobs import figures, receivers  # noqa: F401 - importing connects them
        from jobs.actions.install_schedules import install_schedules
        from jobs.registry import load_handlers

        load_handlers()
        post_migrate.connect(lambda using, **_: install_schedules(using), sender=self, weak=False)
