from django.apps import AppConfig


class TelemetryConfig(AppConfig):
    name = "telemetry"
    verbose_name = "Telemetry"

    def ready(self) -> None:
        from accounts.registry import add_holding
        from agents.registry import add_witness
        from jobs.topics import add_topic
        from telemetry import figures, holdings, measures  # noqa: F401 - figures declare themselves
        from telemetry.actions.tell_news import TOPICS
        from telemetry.reports.recent_work import recent_work

        add_witness(recent_work)
        measures.register()
        for name, label in TOPICS.items():
            add_topic(name, label)
        for holding in (
            holdings.runs_for_people,
            holdings.contents_for_people,
            holdings.feedback_of_people,
            holdings.quarantine_about_people,
        ):
            add_holding(holding())
