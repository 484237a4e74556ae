"""OpenAI.

A project's key (runtime) reads and steers its agents through the Agents API; an admin key of the
organization reads usage, costs, and who else holds a key.

How its figures are to be read, so that no traffic is counted twice:
- Usage comes from one source. With an admin key that is the organization's report, split by
  project, key, model and surface (`source` is `agents_api` or `unlabeled`), never by agent. With a
  runtime key alone it is the sum of the project's agent sessions, split by agent and model, each
  session booked whole in the bucket it began in: best effort, the vendor says, and it may grow.
- Costs are the bill, by day, project, key and line item. They are not split by agent.
"""

from collections.abc import Collection, Iterable, Mapping
from functools import partial
from itertools import islice
from typing import ClassVar

from armproject.lib.http import Client
from armproject.lib.secret import Secret
from connectors.base import (
    AgentRef,
    Capability,
    ConnectorError,
    CostRow,
    CredentialKind,
    CredentialReport,
    Discovery,
    FoundAgent,
    HealthReading,
    Interaction,
    Lever,
    Period,
    Support,
    Target,
    UsageRow,
    Verb,
)
from connectors.fields import Row, identifier, text
from connectors.gathering import Gathering
from connectors.kinds import _openai_agents as found_as
from connectors.kinds import _openai_invoking as invoking
from connectors.kinds import _openai_levers as levers
from connectors.kinds._openai_agents import AGENTS_API, CANDIDATES
from connectors.kinds._openai_api import BASE_URL, AdminApi, RuntimeApi
from connectors.kinds._openai_health import Pulse
from connectors.kinds._openai_interactions import steps
from connectors.kinds._openai_reports import cost_rows, session_usage, usage_rows
from connectors.spans import DAY, HOUR, WEEK, bucket_of, floored, now
from connectors.trials import Probe, Trial
from connectors.wire import Connect, Headers, Wired, bearer

ADMIN_PREFIX = "sk-admin-"
RUNTIME_PREFIXES = ("sk-proj-", "sk-svcacct-")
RUNTIME_KEYS = "platform.openai.com/settings/organization/api-keys"
ADMIN_KEYS = "platform.openai.com/settings/organization/admin-keys"
SHUT_DOWN = "OpenAI shut the Assistants API down on 2026-08-26; this assistant is gone."
PAUSABLE = (
    "Automations that start the agent are paused and running turns cancelled; OpenAI offers no "
    "pause for an agent without automations."
)
RESUMABLE = "The automations that pausing stopped start again; cancelled turns do not."
AGENT_STOPS = "Its automations are paused and its running turns cancelled."

ADMIN, RUNTIME = CredentialKind.ADMIN, CredentialKind.RUNTIME
NATIVE, PARTIAL = Support.NATIVE, Support.PARTIAL

NO_KEY_SWITCH = Lever(
    "api key", pulled=False, detail="OpenAI cannot switch a key off and on again."
)


class OpenAIConnector(Wired):
    """Agents of an OpenAI project, and the usage and bill of its organization."""

    kind: ClassVar[str] = "openai"
    label: ClassVar[str] = "OpenAI"
    default_base_url: ClassVar[str] = BASE_URL
    credential_hints: ClassVar[Mapping[CredentialKind, str]] = {
        ADMIN: f"sk-admin-…, from {ADMIN_KEYS}. Reads usage, costs, and who else holds a key.",
        RUNTIME: f"sk-proj-…, from {RUNTIME_KEYS}. Reads and steers the agents of its project; "
        "it needs api.agents.read, and api.agents.write to pause and instruct them.",
    }
    offers = (
        Capability(Verb.TEST, NATIVE, None, "Each key is tested alone, at no cost."),
        Capability(Verb.DISCOVER, NATIVE, RUNTIME, "Agents of the key's project."),
        Capability(Verb.DISCOVER, PARTIAL, ADMIN, "Service accounts and keys only, as candidates."),
        Capability(Verb.HEALTH, NATIVE, RUNTIME, "Recent sessions and turns, and the model."),
        Capability(Verb.HEALTH, PARTIAL, ADMIN, "Only when a key was last used."),
        Capability(Verb.USAGE, PARTIAL, ADMIN, "By project, key and model, but not by agent."),
        Capability(
            Verb.USAGE, PARTIAL, RUNTIME, "By agent, as sums of its sessions: OpenAI's best effort."
        ),
        Capability(
            Verb.COSTS, NATIVE, ADMIN, "The bill by day, project, key and line item, not by agent."
        ),
        Capability(
            Verb.INTERACTIONS,
            PARTIAL,
            RUNTIME,
            "Sessions of the Agents API; OpenAI lists no responses and no conversations.",
        ),
        Capability(Verb.PAUSE, PARTIAL, RUNTIME, PAUSABLE),
        Capability(Verb.RESUME, PARTIAL, RUNTIME, RESUMABLE),
        Capability(
            Verb.INJECT, NATIVE, RUNTIME, "A marked block in the instructions, for new sessions."
        ),
        Capability(Verb.INVOKE, NATIVE, RUNTIME, "A new session, where the agent's last one ran."),
    )

    def __init__(self, target: Target, client: Connect = Client) -> None:
        super().__init__(target, client)
        self._pulse = Pulse(self._runtime, self._admin)

    def test(self) -> tuple[CredentialReport, ...]:
        tests = {ADMIN: self._test_admin, RUNTIME: self._test_runtime}
        credentials = self._target.credentials
        return tuple(test(credentials[kind]) for kind, test in tests.items() if self.has(kind))

    def discover(self) -> Discovery:
        found = Gathering()
        agents = self._agents(found) if self.has(RUNTIME) or not self.has(ADMIN) else []
        candidates = self._candidates(found) if self.has(ADMIN) else []
        others = found.unowned(candidates, agents, self._uses, of=CANDIDATES)
        return found.result([*agents, *others])

    def health(self, agent: AgentRef) -> HealthReading:
        if agent.vendor_agent_id.startswith("asst_"):
            return HealthReading(exists=False, last_error=SHUT_DOWN, fault="not_found")
        if agent.discovered_via in CANDIDATES:
            return self._pulse.of_candidate(agent)
        return self._pulse.of_agent(agent)

    def usage(self, period: Period) -> Iterable[UsageRow]:
        width = bucket_of(period)
        start = floored(period.start, width)
        if not self.has(ADMIN):
            return session_usage(self._runtime().sessions(), Period(start, period.end), width)
        buckets = self._admin().usage(
            int(start.timestamp()), int(period.end.timestamp()), "1h" if width == HOUR else "1d"
        )
        return (row for bucket in buckets for row in usage_rows(bucket))

    def costs(self, period: Period) -> Iterable[CostRow]:
        start = floored(period.start, DAY)
        days = self._admin().costs(int(start.timestamp()), int(period.end.timestamp()))
        return (row for day in days for row in cost_rows(day))

    def interactions(self, agent: AgentRef, *, limit: int) -> Iterable[Interaction]:
        _refuse_candidates(
            agent, "OpenAI lists no conversations of a key: there is nothing to read."
        )
        return islice(steps(self._runtime(), agent.vendor_agent_id), limit)

    def stops_by(self, agent: AgentRef) -> str:
        return NO_KEY_SWITCH.detail if agent.discovered_via in CANDIDATES else AGENT_STOPS

    def pause(self, agent: AgentRef, *, rehearse: bool = False) -> tuple[Lever, ...]:
        if agent.discovered_via in CANDIDATES:
            return (NO_KEY_SWITCH,)
        return levers.pause(self._runtime(), agent.vendor_agent_id, rehearse=rehearse)

    def resume(
        self, agent: AgentRef, *, only: Collection[str] | None = None, rehearse: bool = False
    ) -> tuple[Lever, ...]:
        if agent.discovered_via in CANDIDATES:
            return (NO_KEY_SWITCH,)
        return levers.resume(self._runtime(), agent.vendor_agent_id, only, rehearse=rehearse)

    def instructions(self, agent: AgentRef) -> str:
        _refuse_candidates(agent, "OpenAI keeps no instructions for a key.")
        return levers.instructions(self._runtime(), agent.vendor_agent_id)

    def inject(
        self, agent: AgentRef, text: str, *, block: str = "", expected: str | None = None
    ) -> str:
        _refuse_candidates(agent, "OpenAI keeps no instructions for a key.")
        api, name = self._runtime(), agent.vendor_agent_id
        return levers.inject(api, name, text, block=block, expected=expected)

    def invoke(self, agent: AgentRef, text: str, *, key: str) -> str:
        _refuse_candidates(agent, "A key is no agent: OpenAI has nothing to start.")
        return invoking.invoke(self._runtime(), agent.vendor_agent_id, text, key)

    def _runtime(self) -> RuntimeApi:
        return RuntimeApi(self.wire(RUNTIME))

    def _admin(self) -> AdminApi:
        return AdminApi(self.wire(ADMIN))

    def _ways_in(self, secret: Secret) -> list[Headers]:
        named = {"OpenAI-Organization": "organization", "OpenAI-Project": "project"}
        chosen = {name: str(self._target.settings.get(key) or "") for name, key in named.items()}
        return [{"Authorization": bearer(secret), **{n: v for n, v in chosen.items() if v}}]

    def _test_runtime(self, secret: Secret) -> CredentialReport:
        trial = Trial(self.label, RUNTIME, RUNTIME_KEYS)
        if secret.reveal().startswith(ADMIN_PREFIX):
            return trial.wrong_kind()
        api = self._runtime()
        steering = tuple(offer.verb for offer in self.offers if offer.credential is RUNTIME)
        return trial.run(
            [
                Probe(api.one_agent, "api.agents.read", steering),
                Probe(api.models, "api.model.read"),
            ],
            other_kind=lambda: AdminApi(self.wire(RUNTIME)).one_project(),
        )

    def _test_admin(self, secret: Secret) -> CredentialReport:
        trial = Trial(self.label, ADMIN, ADMIN_KEYS)
        if secret.reveal().startswith(RUNTIME_PREFIXES):
            return trial.wrong_kind()
        api = self._admin()
        yesterday = int((now() - DAY).timestamp())
        return trial.run(
            [
                Probe(api.one_project, "api.management.read", (Verb.DISCOVER, Verb.HEALTH)),
                Probe(
                    lambda: api.some_usage(yesterday), "api.usage.read", (Verb.USAGE, Verb.COSTS)
                ),
            ],
            other_kind=lambda: RuntimeApi(self.wire(ADMIN)).models(),
        )

    def _agents(self, found: Gathering) -> list[FoundAgent]:
        """Read the agents, and what starts them: that tells which are paused."""
        api = self._runtime()
        starts = found.read(
            "automations",
            lambda: [(levers.agent_of(api, each), each) for each in api.automations()],
        )
        agents = found.read(
            "agents of the Agents API",
            lambda: [
                found_as.agent(row, None if starts is None else _of(identifier(row), starts))
                for row in api.agents()
            ],
            of=[AGENTS_API],
        )
        return agents or []

    def _candidates(self, found: Gathering) -> list[FoundAgent]:
        """Read who else holds a key: service accounts, with their keys, and people's keys."""
        api = self._admin()
        projects = found.read("projects", lambda: list(api.projects()), of=CANDIDATES)
        candidates: list[FoundAgent] = []
        for project in projects or []:
            name = text(project, "name") or identifier(project)
            read = found.read(
                f"keys and service accounts of the project {name}",
                partial(_holders, api, project),
                of=CANDIDATES,
            )
            candidates.extend(read or [])
        return candidates

    def _uses(self) -> list[tuple[str, bool]]:
        """Return who used which key of late: the key, and whether an agent did."""
        end = now()
        rows = self.usage(Period(end - WEEK, end))
        return [(row.api_key, row.source == AGENTS_API) for row in rows]


def _of(agent: str, starts: list[tuple[str, Row]]) -> list[Row]:
    return [automation for started, automation in starts if started == agent]


def _holders(api: AdminApi, project: Row) -> list[FoundAgent]:
    key = identifier(project)
    return found_as.holders(project, list(api.service_accounts(key)), list(api.api_keys(key)))


def _refuse_candidates(agent: AgentRef, why: str) -> None:
    if agent.discovered_via in CANDIDATES:
        raise ConnectorError(why, fault="unsupported", permanent=True)
