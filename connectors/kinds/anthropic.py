"""Anthropic.

A workspace's key (runtime) reads and steers its managed agents; an admin credential of the
organization reads usage, costs and keys, and can switch keys off and on.

How its figures are to be read, so that no traffic is counted twice:
- Usage and costs come from the Analytics API, split by agent, key, model and workspace. Each row
  is one combination of them and no other row holds its traffic: an agent's traffic is in the rows
  that name it, and rows without an agent are the organization's own code.
- Where the Analytics API is closed to the organization, the whole period comes from the older
  reports, which know neither agents nor, for costs, keys.
"""

from collections.abc import Collection, Iterable, Mapping
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
from connectors.fields import Row, identifier, optional_row, text
from connectors.gathering import Gathering
from connectors.kinds import _anthropic_agents as found_as
from connectors.kinds import _anthropic_invoking as invoking
from connectors.kinds import _anthropic_levers as levers
from connectors.kinds import _anthropic_reports as reports
from connectors.kinds._anthropic_agents import API_KEY, MANAGED_AGENTS
from connectors.kinds._anthropic_api import BASE_URL, VERSION, AdminApi, RuntimeApi
from connectors.kinds._anthropic_health import Pulse
from connectors.kinds._anthropic_interactions import steps
from connectors.spans import DAY, WEEK, bucket_of, floored, now
from connectors.trials import Probe, Trial
from connectors.wire import Connect, Headers, Wired, bearer

ADMIN_PREFIX = "sk-ant-admin"
RUNTIME_KEYS = "platform.claude.com/settings/keys"
ADMIN_KEYS = "platform.claude.com/settings/admin-keys"
PAUSABLE = (
    "An agent's deployments are paused and its running sessions interrupted; Anthropic offers no "
    "pause for an agent without deployments."
)
RESUMABLE = (
    "The deployments that pausing stopped start again; interrupted sessions go on when somebody "
    "writes to them."
)
AGENT_STOPS = "Its deployments are paused and its running sessions interrupted."
KEY_STOPS = "Its API key is made inactive: Anthropic refuses every call with it, whoever makes it."

ADMIN, RUNTIME = CredentialKind.ADMIN, CredentialKind.RUNTIME
NATIVE, PARTIAL = Support.NATIVE, Support.PARTIAL


class AnthropicConnector(Wired):
    """Managed agents of an Anthropic workspace, and the usage and bill of its organization."""

    kind: ClassVar[str] = "anthropic"
    label: ClassVar[str] = "Anthropic"
    default_base_url: ClassVar[str] = BASE_URL
    credential_hints: ClassVar[Mapping[CredentialKind, str]] = {
        ADMIN: f"sk-ant-admin01-…, from {ADMIN_KEYS}. Reads usage, costs and keys; not available "
        "to individual accounts.",
        RUNTIME: f"sk-ant-api03-…, from {RUNTIME_KEYS}. Reads and steers the managed agents of "
        "its workspace.",
    }
    offers = (
        Capability(Verb.TEST, NATIVE, None, "Each key is tested alone, at no cost."),
        Capability(Verb.DISCOVER, NATIVE, RUNTIME, "Managed agents of the key's workspace."),
        Capability(Verb.DISCOVER, PARTIAL, ADMIN, "API keys only, as candidates."),
        Capability(Verb.HEALTH, NATIVE, RUNTIME, "Recent sessions and runs, and the model."),
        Capability(Verb.HEALTH, PARTIAL, ADMIN, "Only whether a key may be used."),
        Capability(Verb.USAGE, NATIVE, ADMIN, "By agent, key, model and workspace."),
        Capability(Verb.COSTS, NATIVE, ADMIN, "By agent, key, model and workspace, each day."),
        Capability(
            Verb.INTERACTIONS,
            PARTIAL,
            RUNTIME,
            "Sessions of managed agents; Anthropic lists no Messages API traffic.",
        ),
        Capability(Verb.PAUSE, NATIVE, RUNTIME, PAUSABLE),
        Capability(Verb.PAUSE, PARTIAL, ADMIN, "An API key is made inactive."),
        Capability(Verb.RESUME, NATIVE, RUNTIME, RESUMABLE),
        Capability(Verb.RESUME, PARTIAL, ADMIN, "An API key is made active again."),
        Capability(
            Verb.INJECT, NATIVE, RUNTIME, "A marked block in the system prompt, for new sessions."
        ),
        Capability(
            Verb.INVOKE, NATIVE, RUNTIME, "A new session, in the environment of the agent's last."
        ),
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
        others = found.unowned(candidates, agents, self._uses, of=[API_KEY])
        return found.result([*agents, *others])

    def health(self, agent: AgentRef) -> HealthReading:
        if agent.discovered_via == API_KEY:
            return self._pulse.of_key(agent)
        return self._pulse.of_agent(agent)

    def usage(self, period: Period) -> Iterable[UsageRow]:
        width = bucket_of(period)
        whole = Period(floored(period.start, width), period.end)
        return reports.usage(self._admin(), whole, width)

    def costs(self, period: Period) -> Iterable[CostRow]:
        return reports.costs(self._admin(), Period(floored(period.start, DAY), period.end))

    def interactions(self, agent: AgentRef, *, limit: int) -> Iterable[Interaction]:
        _refuse_keys(agent, "Anthropic lists no conversations of a key: there is nothing to read.")
        return islice(steps(self._runtime(), agent.vendor_agent_id), limit)

    def stops_by(self, agent: AgentRef) -> str:
        return KEY_STOPS if agent.discovered_via == API_KEY else AGENT_STOPS

    def pause(self, agent: AgentRef, *, rehearse: bool = False) -> tuple[Lever, ...]:
        name = agent.vendor_agent_id
        if agent.discovered_via == API_KEY:
            return levers.switch_key(self._admin(), name, on=False, rehearse=rehearse)
        return levers.pause(self._runtime(), name, rehearse=rehearse)

    def resume(
        self, agent: AgentRef, *, only: Collection[str] | None = None, rehearse: bool = False
    ) -> tuple[Lever, ...]:
        name = agent.vendor_agent_id
        if agent.discovered_via == API_KEY:
            return levers.switch_key(self._admin(), name, on=True, only=only, rehearse=rehearse)
        return levers.resume(self._runtime(), name, only, rehearse=rehearse)

    def instructions(self, agent: AgentRef) -> str:
        _refuse_keys(agent, "Anthropic keeps no system prompt for a key.")
        return levers.instructions(self._runtime(), agent.vendor_agent_id)

    def inject(
        self, agent: AgentRef, text: str, *, block: str = "", expected: str | None = None
    ) -> str:
        _refuse_keys(agent, "Anthropic keeps no system prompt for a key.")
        api, name = self._runtime(), agent.vendor_agent_id
        return levers.inject(api, name, text, block=block, expected=expected)

    def invoke(self, agent: AgentRef, text: str, *, key: str) -> str:
        _refuse_keys(agent, "A key is no agent: Anthropic has nothing to start.")
        return invoking.invoke(self._runtime(), agent.vendor_agent_id, text, key)

    def _runtime(self) -> RuntimeApi:
        return RuntimeApi(self.wire(RUNTIME), str(self._target.settings.get("workspace_id") or ""))

    def _admin(self) -> AdminApi:
        return AdminApi(self.wire(ADMIN))

    def _ways_in(self, secret: Secret) -> list[Headers]:
        """Present the key as the vendor's own client does, else as its documentation does."""
        return [{**VERSION, "Authorization": bearer(secret)}, {**VERSION, "x-api-key": secret}]

    def _test_runtime(self, secret: Secret) -> CredentialReport:
        trial = Trial(self.label, RUNTIME, RUNTIME_KEYS)
        if secret.reveal().startswith(ADMIN_PREFIX):
            return trial.wrong_kind()
        api = self._runtime()
        steering = tuple(offer.verb for offer in self.offers if offer.credential is RUNTIME)
        return trial.run(
            [
                Probe(api.one_agent, "access to managed agents", steering),
                Probe(api.one_model, "access to models"),
            ],
            other_kind=lambda: AdminApi(self.wire(RUNTIME)).one_key(),
        )

    def _test_admin(self, _secret: Secret) -> CredentialReport:
        """Try it whatever it looks like: a key without a workspace can be an admin's too."""
        trial = Trial(self.label, ADMIN, ADMIN_KEYS)
        api = self._admin()
        keys = (Verb.DISCOVER, Verb.HEALTH, Verb.PAUSE, Verb.RESUME)
        return trial.run(
            [
                Probe(api.one_key, "access to API keys", keys),
                Probe(self._some_usage, "access to usage and costs", (Verb.USAGE, Verb.COSTS)),
            ],
            other_kind=lambda: RuntimeApi(self.wire(ADMIN)).one_model(),
        )

    def _some_usage(self) -> None:
        today = floored(now(), DAY)
        for _ in reports.usage(self._admin(), Period(today - DAY, today), DAY):
            break

    def _agents(self, found: Gathering) -> list[FoundAgent]:
        """Read the agents, and their deployments: those tell which are paused."""
        api = self._runtime()
        deployed = found.read("deployments", api.deployments)
        agents = found.read(
            "managed agents",
            lambda: [
                found_as.agent(row, None if deployed is None else _of(identifier(row), deployed))
                for row in api.agents()
            ],
            of=[MANAGED_AGENTS],
        )
        return agents or []

    def _candidates(self, found: Gathering) -> list[FoundAgent]:
        keys = found.read(
            "API keys",
            lambda: [
                found_as.api_key(row)
                for row in self._admin().api_keys()
                if text(row, "status") != "archived"
            ],
            of=[API_KEY],
        )
        return keys or []

    def _uses(self) -> list[tuple[str, bool]]:
        """Return who used which key of late: the key, and whether an agent did."""
        end = now()
        return [(row.api_key, bool(row.agent)) for row in self.usage(Period(end - WEEK, end))]


def _of(agent: str, deployments: list[Row]) -> list[Row]:
    return [each for each in deployments if text(optional_row(each, "agent"), "id") == agent]


def _refuse_keys(agent: AgentRef, why: str) -> None:
    if agent.discovered_via == API_KEY:
        raise ConnectorError(why, fault="unsupported", permanent=True)
