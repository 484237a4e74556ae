from django.apps import AppConfig


class GovernanceConfig(AppConfig):
    name = "governance"
    verbose_name = "Governance"

    def ready(self) -> None:
        from armproject.lib import audit
        from governance import measures, receivers  # noqa: F401 - importing connects receivers
        from governance.actions.append_event import append_event
        from governance.holdings import hold_governance
        from jobs.topics import add_topic

        audit.install(append_event)
        hold_governance()
        measures.install()
        add_topic("alert.opened", "An alert opened")
        add_topic("alert.resolved", "An alert was resolved")
