"""Rows as Anthropic answers them, and tables of answers for a vendor at rest."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.connectors.vendor import listed, ref

ADMIN = {"admin": "sk-ant-admin01-0123456789abcdef"}
RUNTIME = {"runtime": "sk-ant-api03-0123456789abcdef"}
BOTH = ADMIN | RUNTIME
NOW = datetime.now(UTC).replace(microsecond=0)
ONE = ref("agent_1", "managed_agents")
KEY = ref("apikey_1", "api_key")


def ago(seconds: float) -> str:
    return (NOW - timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


def agent(number: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "id": f"agent_{number}",
        "type": "agent",
        "name": f"Agent {number}",
        "description": "Answers people.",
        "model": {"id": "claude-opus-5-5", "effort": {"type": "medium"}},
        "system": "Be kind.",
        "metadata": {"team": "support"},
        "tools": [],
        "mcp_servers": [],
        "skills": [],
        "execution_identity": {"type": "service_account"},
        "version": 3,
        "archived_at": None,
        "created_at": "2026-05-04T08:00:00Z",
        "updated_at": "2026-06-04T08:00:00.123456Z",
        **changes,
    }


def deployment(number: int, status: str = "active", **changes: Any) -> dict[str, Any]:
    return {
        "id": f"depl_{number}",
        "type": "deployment",
        "name": f"Schedule {number}",
        "agent": {"id": "agent_1", "type": "agent", "version": 3},
        "status": status,
        "paused_reason": {"type": "manual"} if status == "paused" else None,
        "archived_at": None,
        "schedule": {"type": "cron", "expression": "0 9 * * *", "timezone": "Europe/Zurich"},
        **changes,
    }


def session(number: int, status: str = "idle", **changes: Any) -> dict[str, Any]:
    return {
        "id": f"sesn_{number}",
        "type": "session",
        "agent": {"id": "agent_1", "type": "agent", "version": 3},
        "status": status,
        "created_at": ago(600 + number),
        "updated_at": ago(number),
        **changes,
    }


def run(number: int, agent_id: str = "agent_1") -> dict[str, Any]:
    return {
        "id": f"drun_{number}",
        "type": "deployment_run",
        "agent": {"id": agent_id, "type": "agent", "version": 3},
        "deployment_id": "depl_1",
        "session_id": None,
        "error": {"type": "vault_not_found_error", "message": "The vault is gone."},
        "created_at": ago(60),
    }


def request_span(number: int, seconds: int, *, failed: bool = False) -> list[dict[str, Any]]:
    """Tell of one model request: its end, then its beginning, as the newest come first."""
    start, end = f"sevt_{number}a", f"sevt_{number}b"
    return [
        {
            "id": end,
            "type": "span.model_request_end",
            "model_request_start_id": start,
            "is_error": failed,
            "model_usage": {},
            "processed_at": ago(100 - seconds),
        },
        {"id": start, "type": "span.model_request_start", "processed_at": ago(100)},
    ]


def key(number: int, status: str = "active", **changes: Any) -> dict[str, Any]:
    return {
        "id": f"apikey_{number}",
        "type": "api_key",
        "name": f"Key {number}",
        "status": status,
        "partial_key_hint": "sk-ant-api03-R2D...igAA",
        "principal": None,
        "scope": {"type": "workspace", "workspace_id": "wrkspc_1"},
        "created_at": "2026-05-04T08:00:00Z",
        "expires_at": None,
        **changes,
    }


def used(**group: Any) -> dict[str, Any]:
    return {
        "starting_at": "2026-11-20T09:00:00Z",
        "ending_at": "2026-11-20T10:00:00Z",
        "group": {
            "agent_id": "agent_1",
            "api_key_id": "apikey_1",
            "model": "claude-opus-5-5",
            "workspace_id": "wrkspc_1",
            **group,
        },
        "usage": {
            "uncached_input_tokens": 100,
            "cache_read_input_tokens": 40,
            "cache_creation": {"ephemeral_5m_input_tokens": 7, "ephemeral_1h_input_tokens": 3},
            "output_tokens": 50,
            "total_tokens": 200,
            "requests": 5,
            "server_tool_use": {"web_search_requests": 0},
        },
    }


def cost(amount: Any, **group: Any) -> dict[str, Any]:
    row = used(**{"cost_type": "tokens", "token_type": None} | group)
    row["cost"] = {"amount": amount, "list_amount": "999", "currency": "USD", "requests": None}
    return row


ESTATE = {
    "GET /v1/organizations/api_keys": listed(key(1), key(2), last_id="apikey_2"),
    "GET /v1/organizations/analytics/usage": listed(next_page=None),
}
AGENTS = {
    "GET /v1/agents": {"data": [agent(1), agent(2)], "next_page": None},
    "GET /v1/deployments": {"data": [], "next_page": None},
    "GET /v1/models": listed(),
}
