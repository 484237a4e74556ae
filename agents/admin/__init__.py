"""The Studio's pages about agents: the inventory, one agent, and what people do with it."""

from agents.admin.agent import AgentAdmin
from agents.admin.invocation import InvocationAdmin

__all__ = ["AgentAdmin", "InvocationAdmin"]
