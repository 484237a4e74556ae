"""Who works at OpenAI: agents of the Agents API, and service accounts and keys as candidates."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from connectors.base import FoundAgent
from connectors.fields import Row, identifier, optional_moment, optional_row, plain, text
from connectors.markers import without_memories
from connectors.spans import now

AGENTS_API = "agents_api"
SERVICE_ACCOUNT = "service_account"
API_KEY = "api_key"
CANDIDATES = (SERVICE_ACCOUNT, API_KEY)

SURE = Decimal(1)
LIKELY = Decimal("0.6")
POSSIBLE = Decimal("0.3")
NEVER_USED = Decimal("0.1")

_SETTINGS = (
    "instructions",
    "tools",
    "reasoning",
    "service_tier",
    "multi_agent",
    "text",
    "compaction",
    "experimental",
)


def agent(row: Row, automations: Sequence[Row] | None) -> FoundAgent:
    """Read one agent; `automations` are those that start it, None if they could not be read."""
    config = {key: row[key] for key in _SETTINGS if row.get(key) is not None}
    if isinstance(config.get("instructions"), str):
        config["instructions"] = without_memories(text(row, "instructions"))
    config["automations"] = [
        {key: each.get(key) for key in ("id", "name", "type", "status", "expression", "timezone")}
        for each in automations or ()
    ]
    return FoundAgent(
        vendor_agent_id=identifier(row),
        name=text(row, "name") or identifier(row),
        type="assistant",
        status=_status(automations),
        discovered_via=AGENTS_API,
        confidence=SURE,
        model=text(row, "model"),
        config=plain(config),
        metadata=plain(optional_row(row, "metadata")),
        vendor_created_at=optional_moment(row, "created_at"),
        vendor_updated_at=optional_moment(row, "updated_at"),
    )


def _status(automations: Sequence[Row] | None) -> str:
    """Only what starts an agent can be paused; an agent that nothing starts waits for calls."""
    if automations is None:
        return "unknown"
    states = {text(each, "status") for each in automations} - {"completed"}
    return "paused" if states == {"paused"} else "active"


def holders(project: Row, accounts: Sequence[Row], keys: Sequence[Row]) -> list[FoundAgent]:
    """Return a candidate for each service account, and for each key that none of them owns."""
    owned: dict[str, list[Row]] = {identifier(account): [] for account in accounts}
    loose: list[Row] = []
    for key in keys:
        owned.get(owning_account(key), loose).append(key)
    return [
        *(service_account(account, project, owned[identifier(account)]) for account in accounts),
        *(api_key(key, project) for key in loose),
    ]


def service_account(row: Row, project: Row, keys: Sequence[Row]) -> FoundAgent:
    """Read a service account as a candidate; `keys` are the keys it owns."""
    used = [at for key in keys if (at := optional_moment(key, "last_used_at"))]
    return FoundAgent(
        vendor_agent_id=identifier(row),
        name=text(row, "name") or identifier(row),
        type="custom",
        status="active" if used else "unknown",
        discovered_via=SERVICE_ACCOUNT,
        confidence=LIKELY if used else NEVER_USED,
        config={"api_key_ids": [identifier(key) for key in keys]},
        metadata=_belongings(project, max(used, default=None), text(row, "role")),
        vendor_created_at=optional_moment(row, "created_at"),
    )


def api_key(row: Row, project: Row) -> FoundAgent:
    """Read a key that a person owns as a candidate."""
    used = optional_moment(row, "last_used_at")
    owner = optional_row(optional_row(row, "owner"), "user")
    return FoundAgent(
        vendor_agent_id=identifier(row),
        name=text(row, "name") or identifier(row),
        type="custom",
        status=key_status(row),
        discovered_via=API_KEY,
        confidence=POSSIBLE if used else NEVER_USED,
        config={"api_key_ids": [identifier(row)]},
        metadata=_belongings(project, used, text(owner, "name"))
        | {"key_hint": text(row, "redacted_value")[-4:]},
        vendor_created_at=optional_moment(row, "created_at"),
    )


def key_status(row: Row) -> str:
    if key_trouble(row):
        return "error"
    return "active" if optional_moment(row, "last_used_at") else "unknown"


def key_trouble(row: Row) -> str:
    """Say why a key cannot be used, if it cannot."""
    expires = optional_moment(row, "expires_at")
    if expires and expires <= now():
        return f"The key expired on {expires:%Y-%m-%d}."
    if row.get("owner_project_access") == "inactive":
        return "The key's owner no longer has access to the project."
    return ""


def owning_account(key: Row) -> str:
    """Return the id of the service account that owns this key, if one does."""
    return text(optional_row(optional_row(key, "owner"), "service_account"), "id")


def _belongings(project: Row, used: datetime | None, owner: str) -> dict[str, Any]:
    return {
        "project_id": identifier(project),
        "project_name": text(project, "name"),
        "owner": owner,
        "last_used_at": used.isoformat() if used else "",
    }
