"""Rows as OpenAI answers them, and tables of answers for a vendor at rest."""

from datetime import UTC, datetime
from typing import Any

from tests.connectors.vendor import listed, ref

ADMIN = {"admin": "sk-admin-0123456789abcdef"}
RUNTIME = {"runtime": "sk-proj-0123456789abcdef"}
BOTH = ADMIN | RUNTIME
NOW = int(datetime.now(UTC).timestamp())
ONE = ref("agent_1", "agents_api")


def agent(number: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "id": f"agent_{number}",
        "object": "agent",
        "name": f"Agent {number}",
        "model": "gpt-5.5",
        "instructions": "Be kind.",
        "metadata": {"team": "support"},
        "tools": [{"type": "web_search", "mode": "live", "context_size": "medium"}],
        "reasoning": {"effort": "low"},
        "service_tier": "auto",
        "multi_agent": {"enabled": False},
        "text": {"verbosity": "medium"},
        "created_at": 1_790_000_000,
        "updated_at": 1_790_000_100,
        **changes,
    }


def automation(number: int, status: str = "active", **target: Any) -> dict[str, Any]:
    return {
        "id": f"auto_{number}",
        "object": "agent.automation",
        "type": "periodic",
        "name": f"Schedule {number}",
        "status": status,
        "expression": "0 9 * * *",
        "timezone": "Europe/Zurich",
        "pause_reason": None,
        "metadata": {},
        "target": target or {"type": "new_session", "agent_id": "agent_1", "input": []},
    }


def session(number: int, status: str = "idle", **changes: Any) -> dict[str, Any]:
    return {
        "id": f"asess_{number}",
        "object": "agent.session",
        "agent": {"id": "agent_1", "model": "gpt-5.5"},
        "created_at": NOW - 600 - number,
        "last_active_at": NOW - number,
        "status": status,
        "error": None,
        "usage": None,
        **changes,
    }


def turn(number: int, status: str = "completed", seconds: int = 2, **changes: Any) -> Any:
    return {
        "id": f"turn_{number}",
        "object": "agent.session.turn",
        "agent_id": "agent_1",
        "session_id": "asess_1",
        "status": status,
        "created_at": NOW - 100,
        "started_at": NOW - 100,
        "completed_at": NOW - 100 + seconds,
        "error": None,
        **changes,
    }


def project(number: int = 1) -> dict[str, Any]:
    return {
        "id": f"proj_{number}",
        "object": "organization.project",
        "name": f"Project {number}",
        "created_at": 1_711_471_533,
        "archived_at": None,
        "status": "active",
    }


def key(number: int, owner: str = "", **changes: Any) -> dict[str, Any]:
    account = {"type": "service_account", "service_account": {"id": owner, "name": "svc"}}
    person = {"type": "user", "user": {"id": "user_1", "name": "Ada", "email": "ada@example.com"}}
    return {
        "object": "organization.project.api_key",
        "id": f"key_{number}",
        "name": f"Key {number}",
        "redacted_value": "sk-proj-abc...wxyz",
        "created_at": 1_711_471_533,
        "last_used_at": NOW - 60,
        "expires_at": None,
        "owner": account if owner else person,
        "owner_project_access": "active",
        **changes,
    }


def account(number: int) -> dict[str, Any]:
    return {
        "object": "organization.project.service_account",
        "id": f"svc_acct_{number}",
        "name": f"Service {number}",
        "role": "member",
        "created_at": 1_711_471_533,
    }


def tokens(**changes: Any) -> dict[str, Any]:
    return {
        "object": "organization.usage.completions.result",
        "input_tokens": 1000,
        "input_cached_tokens": 400,
        "input_cache_write_tokens": 100,
        "output_tokens": 500,
        "num_model_requests": 5,
        "project_id": "proj_1",
        "api_key_id": "key_1",
        "model": "gpt-5.5",
        "api_source": "unlabeled",
        **changes,
    }


def page(*results: Any, start: int = 1_730_419_200, **rest: Any) -> dict[str, Any]:
    bucket = {"object": "bucket", "start_time": start, "end_time": start + 3600}
    data = [{**bucket, "results": list(results)}]
    return {"object": "page", "data": data, "has_more": False, "next_page": None, **rest}


ESTATE = {
    "GET /v1/organization/projects": listed(project(), last_id="proj_1"),
    "GET /v1/organization/projects/proj_1/service_accounts": listed(account(1), account(2)),
    "GET /v1/organization/projects/proj_1/api_keys": listed(
        key(1, "svc_acct_1"), key(2), key(3, last_used_at=None)
    ),
    "GET /v1/organization/usage/completions": page(),
}
AGENTS = {
    "GET /v1/agents": listed(agent(1), agent(2)),
    "GET /v1/agents/automations": listed(),
    "GET /v1/models": {"object": "list", "data": []},
}
