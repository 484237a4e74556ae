from django.apps import AppConfig


class TelemetryConfig(AppConfig):
    name = "telemetry"
    verbose_name = "Telemetry"

    def ready(self) -> None:
        from accounts.registry import add_holding
        from agents.registry import add_witness
        from jobs.topics import add_topic
        from telemetry.actions.tell_news import TOPICS
        from telemetry.holdings import quarantine_about_people, runs_for_people
        from telemetry.measures import register
        from telemetry.reports.recent_work import recent_work

        add_witness(recent_work)
        for name, label in TOPICS.items():
            add_topic(name, label)
        add_holding(runs_for_people())
        register()
        add_holding(quarantine_about_people())
