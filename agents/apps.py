from django.apps import AppConfig


class AgentsConfig(AppConfig):
    name = "agents"
    verbose_name = "Agents"

    def ready(self) -> None:
        from accounts.granting import offer
        from accounts.holdings import named_in
        from accounts.registry import add_holding
        from agents import measures
        from agents.models import Agent, AgentChange
        from jobs.topics import add_topic

        measures.install()
        add_topic("agent.discovered", "An agent was found")
        add_topic("agent.paused", "An agent was paused")
        add_topic("agent.resumed", "An agent was resumed")
        offer(Agent, "agents.read", "agents.write", "agents.pause", "agents.inject")
        add_holding(named_in("agent_changes", "History of agents", AgentChange, "told_by"))
