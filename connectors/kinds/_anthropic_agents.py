"""Who works at Anthropic: managed agents, and API keys as candidates."""

from collections.abc import Sequence
from decimal import Decimal

from connectors.base import FoundAgent
from connectors.fields import Row, identifier, optional_moment, optional_row, plain, text
from connectors.markers import without_memories
from connectors.spans import now

MANAGED_AGENTS = "managed_agents"
API_KEY = "api_key"

SURE = Decimal(1)
LIKELY = Decimal("0.5")
POSSIBLE = Decimal("0.3")

_SETTINGS = (
    "model",
    "system",
    "tools",
    "mcp_servers",
    "skills",
    "multiagent",
    "execution_identity",
    "version",
)
_KEY_STATUS = {"active": "active", "inactive": "paused", "expired": "error"}


def agent(row: Row, deployments: Sequence[Row] | None) -> FoundAgent:
    """Read one agent; `deployments` are its own, None if they could not be read."""
    config = {key: row[key] for key in _SETTINGS if row.get(key) is not None}
    if isinstance(config.get("system"), str):
        config["system"] = without_memories(text(row, "system"))
    config["deployments"] = [
        {key: each.get(key) for key in ("id", "name", "status", "paused_reason", "schedule")}
        for each in deployments or ()
    ]
    return FoundAgent(
        vendor_agent_id=identifier(row),
        name=text(row, "name") or identifier(row),
        type="assistant",
        status=_status(deployments),
        discovered_via=MANAGED_AGENTS,
        confidence=SURE,
        model=text(optional_row(row, "model"), "id"),
        description=text(row, "description"),
        config=plain(config),
        metadata=plain(optional_row(row, "metadata")),
        vendor_created_at=optional_moment(row, "created_at"),
        vendor_updated_at=optional_moment(row, "updated_at"),
    )


def _status(deployments: Sequence[Row] | None) -> str:
    """Only deployments can be paused; an agent without any waits for sessions people start."""
    if deployments is None:
        return "unknown"
    live = [each for each in deployments if each.get("archived_at") is None]
    if not live or any(text(each, "status") != "paused" for each in live):
        return "active"
    broken = all(paused_by(each) == "error" for each in live)
    return "error" if broken else "paused"


def paused_by(deployment: Row) -> str:
    """Return `manual` where somebody paused it, `error` where Anthropic did."""
    return text(optional_row(deployment, "paused_reason"), "type")


def api_key(row: Row) -> FoundAgent:
    """Read a key as a candidate; one that a service account owns is likelier no person's."""
    principal = optional_row(row, "principal")
    account = text(principal, "service_account_id")
    return FoundAgent(
        vendor_agent_id=identifier(row),
        name=text(row, "name") or identifier(row),
        type="custom",
        status=_KEY_STATUS.get(key_status(row), "unknown"),
        discovered_via=API_KEY,
        confidence=LIKELY if account else POSSIBLE,
        config={"api_key_ids": [identifier(row)]},
        metadata={
            "workspace_id": text(optional_row(row, "scope"), "workspace_id"),
            "owner": account or text(principal, "user_id"),
            "key_hint": text(row, "partial_key_hint")[-4:],
        },
        vendor_created_at=optional_moment(row, "created_at"),
    )


def key_status(row: Row) -> str:
    """Return the status of a key; one that ran out is expired even where the list lags."""
    expires = optional_moment(row, "expires_at")
    return "expired" if expires and expires <= now() else text(row, "status")
