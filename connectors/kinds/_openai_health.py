"""How an agent at OpenAI is, from signals that cost nothing.

Three calls for each agent, one for each model, and the keys of a project once for all candidates.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from connectors.base import AgentRef, ConnectorError, HealthReading
from connectors.faults import kept
from connectors.fields import Row, identifier, optional_moment, text
from connectors.kinds._openai_agents import SERVICE_ACCOUNT, key_trouble, owning_account
from connectors.kinds._openai_api import AdminApi, RuntimeApi
from connectors.kinds._openai_interactions import turn_error, turn_seconds
from connectors.spans import DAY, milliseconds, now, p95

RECENT = 20


@dataclass(frozen=True, slots=True)
class Work:
    """Recent work.

    That is the turns of the session last active, and every other session of the last day that
    failed, each counted as one piece of work.
    """

    requests: int = 0
    errors: int = 0
    p95_ms: int | None = None
    last_seen_at: datetime | None = None
    last_error: str = ""


class Pulse:
    """Takes the pulse of agents; what agents share is asked once."""

    def __init__(self, runtime: Callable[[], RuntimeApi], admin: Callable[[], AdminApi]) -> None:
        self._runtime = runtime
        self._admin = admin
        self._models: dict[str, tuple[str, datetime | None]] = {}
        self._keys: dict[str, list[Row]] = {}
        self._accounts: dict[str, list[Row]] = {}

    def of_agent(self, agent: AgentRef) -> HealthReading:
        api = self._runtime()
        try:
            answer = api.agent(agent.vendor_agent_id)
        except ConnectorError as error:
            if error.fault != "not_found":
                raise
            return HealthReading(exists=False, last_error=error.message, fault=error.fault)
        state, retires_at = self._model(api, text(answer.body, "model") or agent.model)
        fault = ""
        try:
            work = _work(api, agent.vendor_agent_id)
        except ConnectorError as error:
            work, fault = Work(last_error=error.message), error.fault
        return HealthReading(
            exists=True,
            latency_ms=answer.elapsed_ms,
            requests=None if fault else work.requests,
            errors=None if fault else work.errors,
            p95_ms=work.p95_ms,
            model_state=state,
            model_retires_at=retires_at,
            last_seen_at=work.last_seen_at,
            last_error=work.last_error,
            fault=fault,
        )

    def of_candidate(self, agent: AgentRef) -> HealthReading:
        """Tell what the key listing tells of a service account or a key."""
        known = agent.metadata.get("project_id")
        projects = [str(known)] if known else [identifier(p) for p in self._admin().projects()]
        for project in projects:
            keys = [key for key in self._keys_of(project) if _belongs(key, agent.vendor_agent_id)]
            if keys:
                return _of_keys(keys)
            if agent.discovered_via == SERVICE_ACCOUNT and any(
                identifier(account) == agent.vendor_agent_id
                for account in self._accounts_of(project)
            ):
                return HealthReading(exists=True, last_error="The service account has no key.")
        return HealthReading(exists=False, fault="not_found")

    def _model(self, api: RuntimeApi, model: str) -> tuple[str, datetime | None]:
        """Return the state of a model and when it is shut down, if the vendor tells."""
        if model and model not in self._models:
            try:
                self._models[model] = _state(api.model(model).body)
            except ConnectorError as error:
                if error.fault != "not_found":
                    return "unknown", None
                self._models[model] = ("retired", None)
        return self._models.get(model, ("unknown", None))

    def _keys_of(self, project: str) -> list[Row]:
        if project not in self._keys:
            self._keys[project] = list(self._admin().api_keys(project))
        return self._keys[project]

    def _accounts_of(self, project: str) -> list[Row]:
        if project not in self._accounts:
            self._accounts[project] = list(self._admin().service_accounts(project))
        return self._accounts[project]


def _state(model: Row) -> tuple[str, datetime | None]:
    ends = optional_moment(model, "shutdown_date")
    if ends is None:
        return "active", None
    return ("retired" if ends <= now() else "deprecated"), ends


def _work(api: RuntimeApi, agent: str) -> Work:
    sessions = api.latest_sessions(agent, RECENT)
    seen = [(at, each) for each in sessions if (at := optional_moment(each, "last_active_at"))]
    if not seen:
        return Work()
    seen.sort(key=lambda pair: pair[0], reverse=True)
    last_seen_at, newest = seen[0]
    failed = [s for at, s in seen[1:] if at >= now() - DAY and text(s, "status") == "failed"]
    turns = api.latest_turns(identifier(newest), RECENT)
    ended = [turn for turn in turns if text(turn, "status") in {"completed", "failed"}]
    bad = [turn for turn in ended if text(turn, "status") == "failed"]
    spans = [span for turn in ended if (span := turn_seconds(turn))]
    errors = [turn_error(turn) for turn in bad]
    errors += [kept(text(session, "error")) for session in (newest, *failed)]
    return Work(
        requests=len(ended) + len(failed),
        errors=len(bad) + len(failed),
        p95_ms=p95([milliseconds(*span) for span in spans]),
        last_seen_at=last_seen_at,
        last_error=next(filter(None, errors), ""),
    )


def _belongs(key: Row, candidate: str) -> bool:
    return candidate in {identifier(key), owning_account(key)}


def _of_keys(keys: list[Row]) -> HealthReading:
    used = [at for key in keys if (at := optional_moment(key, "last_used_at"))]
    troubles = [key_trouble(key) for key in keys]
    unusable = all(troubles)
    return HealthReading(
        exists=True,
        last_seen_at=max(used, default=None),
        last_error=troubles[0] if unusable else "",
        fault="credentials" if unusable else "",
    )
