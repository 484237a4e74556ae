"""The rows of this app by name."""

from agents.models.agent import Agent, AgentQuerySet, AgentStatus, AgentType, Environment, Health
from agents.models.agent_change import AgentChange, ChangeKind
from agents.models.agent_word import AgentWord
from agents.models.health_check import HealthCheck
from agents.models.heartbeat_receipt import HeartbeatReceipt
from agents.models.invocation import Invocation, InvocationState
from agents.models.vendor_count import VendorCount

__all__ = [
    "Agent",
    "AgentChange",
    "AgentQuerySet",
    "AgentStatus",
    "AgentType",
    "AgentWord",
    "ChangeKind",
    "Environment",
    "Health",
    "HealthCheck",
    "HeartbeatReceipt",
    "Invocation",
    "InvocationState",
    "VendorCount",
]
