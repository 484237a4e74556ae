"""The endpoints of Anthropic that ARM asks: one method each, nothing decided."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from connectors.fields import Row, as_rows
from connectors.paging import by_last_id, by_token
from connectors.spans import HOUR
from connectors.wire import Answer, Headers, Wire, at

BASE_URL = "https://api.anthropic.com"
VERSION = {"anthropic-version": "2026-10-21"}
AGENTS_BETA = {"anthropic-beta": "managed-agents-2026-04-01"}
ANALYTICS_BETA = {"anthropic-beta": "analytics-usage-cost-2026-08-24"}
USAGE_GROUPS = ("agent_id", "api_key_id", "model", "workspace_id")
COST_GROUPS = (*USAGE_GROUPS, "cost_type")
LEGACY_USAGE_GROUPS = ("api_key_id", "model", "workspace_id")
LEGACY_COST_GROUPS = ("workspace_id", "description")
MOST_A_PAGE = ("limit", "100")
MOST_KEYS = ("limit", "1000")
MOST_ROWS = ("limit", "1000")
MOST_BUCKETS = {"1h": "168", "1d": "31"}


class RuntimeApi:
    """What a workspace's key may ask."""

    def __init__(self, wire: Wire, workspace: str = "") -> None:
        self._wire = wire
        chosen = {"anthropic-workspace-id": workspace} if workspace else {}
        self._headers: Headers = {**AGENTS_BETA, **chosen}

    def one_model(self) -> Answer:
        return self._wire.get("/v1/models", [("limit", "1")])

    def model(self, model: str) -> Answer:
        return self._wire.get(at("/v1/models/{}", model))

    def one_agent(self) -> Answer:
        return self._wire.get("/v1/agents", [("limit", "1")], self._headers)

    def agents(self) -> Iterator[Row]:
        return self._list("/v1/agents", MOST_A_PAGE)

    def agent(self, agent: str) -> Answer:
        return self._wire.get(at("/v1/agents/{}", agent), headers=self._headers)

    def set_system(self, agent: str, system: str | None, version: int) -> Answer:
        """Write the system prompt, unless the agent is no longer at this version."""
        changed = {"system": system, "version": version}
        return self._wire.post(at("/v1/agents/{}", agent), changed, self._headers)

    def deployments(self, *filters: tuple[str, str]) -> Iterator[Row]:
        """Read deployments; `("agent_id", id)` reads one agent's."""
        return self._list("/v1/deployments", MOST_A_PAGE, *filters)

    def pause(self, deployment: str) -> None:
        path = at("/v1/deployments/{}/pause", deployment)
        self._wire.act(path, headers=self._headers)

    def unpause(self, deployment: str) -> None:
        path = at("/v1/deployments/{}/unpause", deployment)
        self._wire.act(path, headers=self._headers)

    def failed_runs(self, since: datetime) -> Iterator[Row]:
        """Read the runs of all deployments that could not begin."""
        return self._list(
            "/v1/deployment_runs",
            MOST_ROWS,
            ("has_error", "true"),
            ("created_at[gte]", rfc3339(since)),
        )

    def sessions(self, *filters: tuple[str, str]) -> Iterator[Row]:
        """Read sessions, the newest first; `("agent_id", id)` reads one agent's."""
        return self._list("/v1/sessions", MOST_A_PAGE, ("order", "desc"), *filters)

    def latest_sessions(self, agent: str, limit: int) -> list[Row]:
        params = [("agent_id", agent), ("limit", str(limit)), ("order", "desc")]
        return as_rows(self._wire.get("/v1/sessions", params, self._headers).body.get("data"))

    def start(self, session: Row) -> Row:
        return self._wire.post("/v1/sessions", session, self._headers).body

    def latest_events(self, session: str, types: Sequence[str], limit: int) -> list[Row]:
        params = [("limit", str(limit)), ("order", "desc"), *_each("types[]", types)]
        path = at("/v1/sessions/{}/events", session)
        return as_rows(self._wire.get(path, params, self._headers).body.get("data"))

    def events(self, session: str, types: Sequence[str]) -> Iterator[Row]:
        path = at("/v1/sessions/{}/events", session)
        return self._list(path, MOST_A_PAGE, ("order", "desc"), *_each("types[]", types))

    def interrupt(self, session: str) -> None:
        events = {"events": [{"type": "user.interrupt"}]}
        self._wire.act(at("/v1/sessions/{}/events", session), events, self._headers)

    def _list(self, path: str, *params: tuple[str, str]) -> Iterator[Row]:
        return by_token(self._wire.pages(path, self._headers), params)


class AdminApi:
    """What an admin credential may ask."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def one_key(self) -> Answer:
        return self._wire.get("/v1/organizations/api_keys", [("limit", "1")])

    def api_keys(self) -> Iterator[Row]:
        return by_last_id(
            self._wire.pages("/v1/organizations/api_keys"), [MOST_KEYS], parameter="after_id"
        )

    def api_key(self, key: str) -> Answer:
        return self._wire.get(at("/v1/organizations/api_keys/{}", key))

    def set_key_status(self, key: str, status: str) -> None:
        self._wire.act(at("/v1/organizations/api_keys/{}", key), {"status": status})

    def usage(self, start: datetime, end: datetime, width: timedelta) -> Iterator[Row]:
        return self._analytics("usage", start, end, _width(width), USAGE_GROUPS)

    def costs(self, start: datetime, end: datetime) -> Iterator[Row]:
        return self._analytics("cost", start, end, "1d", COST_GROUPS)

    def legacy_usage(self, start: datetime, end: datetime, width: timedelta) -> Iterator[Row]:
        return self._buckets(
            "/v1/organizations/usage_report/messages",
            (start, end),
            _width(width),
            LEGACY_USAGE_GROUPS,
        )

    def legacy_costs(self, start: datetime, end: datetime) -> Iterator[Row]:
        path = "/v1/organizations/cost_report"
        return self._buckets(path, (start, end), "1d", LEGACY_COST_GROUPS)

    def _analytics(
        self, what: str, start: datetime, end: datetime, width: str, groups: Sequence[str]
    ) -> Iterator[Row]:
        """Read rows, the oldest first, so that rows added meanwhile come last."""
        params = [
            ("starting_at", rfc3339(start)),
            ("ending_at", rfc3339(end)),
            ("time_bucket_width", width),
            ("order_by", "time"),
            ("order", "asc"),
            MOST_ROWS,
            *_each("group_by[]", groups),
        ]
        path = f"/v1/organizations/analytics/{what}"
        return by_token(self._wire.pages(path, ANALYTICS_BETA), params)

    def _buckets(
        self, path: str, span: tuple[datetime, datetime], width: str, groups: Sequence[str]
    ) -> Iterator[Row]:
        params = [
            ("starting_at", rfc3339(span[0])),
            ("ending_at", rfc3339(span[1])),
            ("bucket_width", width),
            ("limit", MOST_BUCKETS[width]),
            *_each("group_by[]", groups),
        ]
        return by_token(self._wire.pages(path), params)


def rfc3339(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _width(width: timedelta) -> str:
    return "1h" if width == HOUR else "1d"


def _each(name: str, values: Sequence[str]) -> list[tuple[str, str]]:
    return [(name, value) for value in values]
