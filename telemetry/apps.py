from django.apps import AppConfig


class TelemetryConfig(AppConfig):
    name = "telemetry"
    verbose_name = "Telemetry"

    def ready(self) -> None:
        from accounts.registry import add_holding
        from agents.registry import add_witness
        from telemetry.holdings import quarantine_about_people, runs_for_people
        from telemetry.measures import register
        from telemetry.reports.recent_work import recent_work

        add_witness(recent_work)
        add_holding(runs_for_people())
        register()
        add_holding(quarantine_about_people())
