from django.apps import AppConfig


class AgentsConfig(AppConfig):
    name = "agents"
    verbose_name = "Agents"

    def ready(self) -> None:
        from accounts.holdings import named_in
        from accounts.registry import add_holding
        from agents import measures
        from agents.models import AgentChange

        measures.install()
        add_holding(named_in("agent_changes", "History of agents", AgentChange, "told_by"))
