"""The endpoints of OpenAI that ARM asks: one method each, nothing decided."""

from collections.abc import Iterator, Sequence

from connectors.fields import Row, as_rows
from connectors.paging import Params, by_last_id, by_last_item, by_token
from connectors.wire import Answer, Wire, at

BASE_URL = "https://api.openai.com/v1"
AGENTS_BETA = {"OpenAI-Beta": "agents=v1"}
MOST_A_PAGE = ("limit", "100")
USAGE_GROUPS = ("project_id", "api_key_id", "model", "api_source")
COST_GROUPS = ("project_id", "api_key_id", "line_item", "api_source")
MOST_BUCKETS = {"1h": "168", "1d": "31"}
MOST_COST_DAYS = "180"


class RuntimeApi:
    """What a project's key may ask."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def models(self) -> Answer:
        return self._wire.get("/models")

    def model(self, model: str) -> Answer:
        return self._wire.get(at("/models/{}", model))

    def one_agent(self) -> Answer:
        return self._wire.get("/agents", [("limit", "1")], AGENTS_BETA)

    def agents(self) -> Iterator[Row]:
        return self._list("/agents", ("order", "asc"))

    def agent(self, agent: str) -> Answer:
        return self._wire.get(at("/agents/{}", agent), headers=AGENTS_BETA)

    def set_instructions(self, agent: str, instructions: str | None) -> Answer:
        changed = {"instructions": instructions}
        return self._wire.post(at("/agents/{}", agent), changed, AGENTS_BETA)

    def automations(self) -> Iterator[Row]:
        return self._list("/agents/automations", ("order", "asc"))

    def pause(self, automation: str) -> None:
        path = at("/agents/automations/{}/pause", automation)
        self._wire.act(path, headers=AGENTS_BETA)

    def resume(self, automation: str) -> None:
        path = at("/agents/automations/{}/resume", automation)
        self._wire.act(path, headers=AGENTS_BETA)

    def sessions(self, *filters: tuple[str, str]) -> Iterator[Row]:
        """Read sessions, the newest first; `("agent_id", id)` reads one agent's."""
        return self._list("/agents/sessions", ("order", "desc"), *filters)

    def latest_sessions(self, agent: str, limit: int) -> list[Row]:
        params = [("agent_id", agent), ("limit", str(limit)), ("order", "desc")]
        page = self._wire.get("/agents/sessions", params, AGENTS_BETA).body
        return as_rows(page.get("data"))

    def session(self, session: str) -> Row:
        return self._wire.get(at("/agents/sessions/{}", session), headers=AGENTS_BETA).body

    def start(self, session: Row) -> Row:
        return self._wire.post("/agents/sessions", session, AGENTS_BETA).body

    def latest_turns(self, session: str, limit: int) -> list[Row]:
        params = [("limit", str(limit)), ("order", "desc")]
        path = at("/agents/sessions/{}/turns", session)
        return as_rows(self._wire.get(path, params, AGENTS_BETA).body.get("data"))

    def turns(self, session: str) -> Iterator[Row]:
        return self._list(at("/agents/sessions/{}/turns", session), ("order", "desc"))

    def items(self, session: str) -> Iterator[Row]:
        return self._list(at("/agents/sessions/{}/items", session), ("order", "desc"))

    def cancel_turn(self, session: str) -> None:
        events = {"events": [{"type": "agent.session.input.cancel"}]}
        self._wire.act(at("/agents/sessions/{}/events", session), events, AGENTS_BETA)

    def _list(self, path: str, *params: tuple[str, str]) -> Iterator[Row]:
        return by_last_item(self._wire.pages(path, AGENTS_BETA), [MOST_A_PAGE, *params])


class AdminApi:
    """What an organization's admin key may ask."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def one_project(self) -> Answer:
        return self._wire.get("/organization/projects", [("limit", "1")])

    def projects(self) -> Iterator[Row]:
        return self._list("/organization/projects")

    def service_accounts(self, project: str) -> Iterator[Row]:
        return self._list(at("/organization/projects/{}/service_accounts", project))

    def api_keys(self, project: str) -> Iterator[Row]:
        return self._list(
            at("/organization/projects/{}/api_keys", project), ("owner_project_access", "any")
        )

    def some_usage(self, start: int) -> Answer:
        params = [("start_time", str(start)), ("bucket_width", "1d"), ("limit", "1")]
        return self._wire.get("/organization/usage/completions", params)

    def usage(self, start: int, end: int, width: str) -> Iterator[Row]:
        """Read buckets of tokens."""
        span = [("start_time", str(start)), ("end_time", str(end)), ("bucket_width", width)]
        return self._buckets(
            "/organization/usage/completions", [*span, ("limit", MOST_BUCKETS[width])], USAGE_GROUPS
        )

    def costs(self, start: int, end: int) -> Iterator[Row]:
        """Read days of money."""
        span = [("start_time", str(start)), ("end_time", str(end)), ("bucket_width", "1d")]
        return self._buckets("/organization/costs", [*span, ("limit", MOST_COST_DAYS)], COST_GROUPS)

    def _list(self, path: str, *params: tuple[str, str]) -> Iterator[Row]:
        return by_last_id(self._wire.pages(path), [MOST_A_PAGE, *params])

    def _buckets(self, path: str, span: Params, groups: Sequence[str]) -> Iterator[Row]:
        grouped = [("group_by[]", group) for group in groups]
        return by_token(self._wire.pages(path), [*span, *grouped])
