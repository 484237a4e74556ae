"""How an agent at Anthropic is, from signals that cost nothing.

Three calls for each agent, one for each model, and the failed runs of all deployments once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from connectors.base import AgentRef, ConnectorError, HealthReading
from connectors.faults import kept
from connectors.fields import Row, identifier, moment, optional_moment, optional_row, text
from connectors.kinds._anthropic_agents import key_status
from connectors.kinds._anthropic_api import AdminApi, RuntimeApi
from connectors.spans import DAY, milliseconds, now, p95

RECENT = 20
MOST_EVENTS = 100
SPAN_START, SPAN_END, ERROR = "span.model_request_start", "span.model_request_end", "session.error"


@dataclass(frozen=True, slots=True)
class Work:
    """Recent work.

    That is the model requests of the session last active, and every run of the last day that
    could not begin, each counted as one piece of work.
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
        self._failed: list[Row] | None = None

    def of_agent(self, agent: AgentRef) -> HealthReading:
        api = self._runtime()
        try:
            answer = api.agent(agent.vendor_agent_id)
        except ConnectorError as error:
            return _gone_or_raise(error)
        if archived := optional_moment(answer.body, "archived_at"):
            why = f"The agent was archived on {archived:%Y-%m-%d}."
            return HealthReading(exists=False, last_error=why, fault="not_found")
        model = text(optional_row(answer.body, "model"), "id") or agent.model
        state, retires_at = self._model(api, model)
        fault = ""
        try:
            work = self._work(api, agent.vendor_agent_id)
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

    def of_key(self, agent: AgentRef) -> HealthReading:
        """Tell what the key itself tells: whether it may be used, not whether it is."""
        try:
            answer = self._admin().api_key(agent.vendor_agent_id)
        except ConnectorError as error:
            return _gone_or_raise(error)
        status = key_status(answer.body)
        usable = status == "active"
        return HealthReading(
            exists=status != "archived",
            latency_ms=answer.elapsed_ms,
            last_error="" if usable else f"The key is {status}.",
            fault="" if usable else "credentials",
        )

    def _model(self, api: RuntimeApi, model: str) -> tuple[str, datetime | None]:
        """Return the state of a model and when it is retired, if the vendor tells."""
        if model and model not in self._models:
            try:
                row = api.model(model).body
            except ConnectorError as error:
                if error.fault != "not_found":
                    return "unknown", None
                self._models[model] = ("retired", None)
            else:
                state = text(row, "lifecycle", "unknown")
                self._models[model] = (state, optional_moment(row, "retires_at"))
        return self._models.get(model, ("unknown", None))

    def _failed_runs(self, api: RuntimeApi, agent: str) -> list[Row]:
        if self._failed is None:
            self._failed = list(api.failed_runs(now() - DAY))
        return [run for run in self._failed if text(optional_row(run, "agent"), "id") == agent]

    def _work(self, api: RuntimeApi, agent: str) -> Work:
        sessions = api.latest_sessions(agent, RECENT)
        failed = self._failed_runs(api, agent)
        seen = [(at, each) for each in sessions if (at := optional_moment(each, "updated_at"))]
        last_seen_at, newest = max(seen, key=lambda pair: pair[0], default=(None, None))
        kinds = (SPAN_START, SPAN_END, ERROR)
        events = api.latest_events(identifier(newest), kinds, MOST_EVENTS) if newest else []
        ended = [event for event in events if text(event, "type") == SPAN_END]
        bad = [event for event in ended if event.get("is_error") is True]
        spoken = [event for event in events if text(event, "type") == ERROR]
        return Work(
            requests=len(ended) + len(failed),
            errors=len(bad) + len(failed),
            p95_ms=p95(_durations(events, ended)),
            last_seen_at=last_seen_at,
            last_error=next(filter(None, map(error_words, [*spoken, *failed])), ""),
        )


def error_words(row: Row) -> str:
    """Return why an event or a run failed, in the vendor's words."""
    error = optional_row(row, "error")
    return kept(": ".join(filter(None, (text(error, "type"), text(error, "message")))))


def _durations(events: list[Row], ended: list[Row]) -> list[int]:
    begun = {identifier(each): each for each in events if text(each, "type") == SPAN_START}
    pairs = [(begun.get(text(end, "model_request_start_id")), end) for end in ended]
    return [
        milliseconds(moment(start, "processed_at"), moment(end, "processed_at"))
        for start, end in pairs
        if start is not None
    ]


def _gone_or_raise(error: ConnectorError) -> HealthReading:
    if error.fault != "not_found":
        raise error
    return HealthReading(exists=False, last_error=error.message, fault=error.fault)
