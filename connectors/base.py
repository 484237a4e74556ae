"""What a connector is: code that speaks to one vendor.

It is given a target, never a row, and answers with plain values, so it needs no database.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar, Protocol

from armproject.lib.errors import DomainError
from armproject.lib.http import Client, Reach
from armproject.lib.secret import Secret


class Verb(StrEnum):
    """What one can ask of a connector."""

    TEST = "test"
    DISCOVER = "discover"
    HEALTH = "health"
    USAGE = "usage"
    COSTS = "costs"
    INTERACTIONS = "interactions"
    PAUSE = "pause"
    RESUME = "resume"
    INJECT = "inject"
    INVOKE = "invoke"


class Support(StrEnum):
    NATIVE = "native"
    PARTIAL = "partial"
    NONE = "none"


class CredentialKind(StrEnum):
    """`admin` reads the organization's usage and money; `runtime` reads and steers agents."""

    ADMIN = "admin"
    RUNTIME = "runtime"


@dataclass(frozen=True, slots=True)
class Capability:
    """How far a vendor supports one verb, with which credential, and why not further."""

    verb: Verb
    support: Support
    credential: CredentialKind | None
    reason: str = ""


class ConnectorError(DomainError):
    """The vendor failed us. `permanent` failures are never retried.

    `fault` says whose turn it is: the customer's (credentials, permission, wrong_kind, billing,
    forbidden_host), the vendor's (rate_limited, overloaded, unavailable, timeout, malformed,
    not_found, endless), ours (refused: what we asked; conflict: somebody changed the same thing
    meanwhile) or nobody's (unsupported: it has no such thing).
    """

    code = "CONNECTOR_ERROR"
    status = 502

    def __init__(
        self,
        message: str,
        *,
        fault: str,
        permanent: bool = False,
        retry_after: float | None = None,
        **details: object,
    ) -> None:
        super().__init__(message, fault=fault, **details)
        self.fault = fault
        self.permanent = permanent
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Target:
    """One organization's use of a vendor, without the row: where, with what, how."""

    base_url: str
    credentials: Mapping[CredentialKind, Secret]
    settings: Mapping[str, Any]
    reach: Reach


@dataclass(frozen=True, slots=True)
class CredentialReport:
    """What testing one credential showed. `fault` is empty when it works."""

    credential: CredentialKind
    ok: bool
    message: str
    fault: str = ""
    unlocks: tuple[Verb, ...] = ()
    missing_permissions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unread:
    """Something that could not be read, and why: shown to people as it stands."""

    what: str
    why: str
    fault: str


@dataclass(frozen=True, slots=True)
class FoundAgent:
    """An agent as the vendor shows it; `confidence` (0 to 1) says how sure it is that it is one.

    `type` is assistant, chat, completion or custom; `status` active, paused, error or unknown.
    """

    vendor_agent_id: str
    name: str
    type: str
    status: str
    discovered_via: str
    confidence: Decimal
    model: str = ""
    description: str = ""
    config: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    vendor_created_at: datetime | None = None
    vendor_updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Discovery:
    """Every agent that could be read; only one of `sources`, read to their end, can vanish."""

    agents: tuple[FoundAgent, ...]
    sources: tuple[str, ...]
    unread: tuple[Unread, ...] = ()


@dataclass(frozen=True, slots=True)
class AgentRef:
    """What a connector needs to speak of one agent; `metadata`, if given, saves calls."""

    vendor_agent_id: str
    model: str
    discovered_via: str
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HealthReading:
    """What the free signals of one agent said of recent work; None: the vendor does not tell.

    `latency_ms` is our round trip; `model_state` is active, deprecated, retired or unknown.
    """

    exists: bool | None
    latency_ms: int | None = None
    requests: int | None = None
    errors: int | None = None
    p95_ms: int | None = None
    model_state: str = "unknown"
    model_retires_at: datetime | None = None
    last_seen_at: datetime | None = None
    last_error: str = ""
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Period:
    """A half-open span of time, both ends aware UTC: start ≤ t < end."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class UsageRow:
    """Tokens of one bucket. `input_tokens` is the total including cached and cache-write tokens.

    `agent`, `api_key` and `project` are the vendor's ids, empty where the row is not split by them;
    `source` is its word for where the traffic came through. With `start`, `end` and `model` they
    make a row one row. `requests` is None where they are not counted.
    """

    start: datetime
    end: datetime
    model: str
    input_tokens: int
    output_tokens: int
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    requests: int | None = None
    errors: int | None = None
    agent: str = ""
    api_key: str = ""
    project: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class CostRow:
    """Money the vendor billed for one bucket, in major units of `currency` (ISO 4217, upper)."""

    start: datetime
    end: datetime
    amount: Decimal
    currency: str
    item: str
    model: str = ""
    agent: str = ""
    api_key: str = ""
    project: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Interaction:
    """One step of a conversation an agent had."""

    session: str
    at: datetime | None
    role: str
    kind: str
    text: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class Lever:
    """One thing that could stop or start an agent, and whether it was, or would be, pulled.

    `name` stays the same from pause to resume; `fault` is set where it could not be pulled.
    """

    name: str
    pulled: bool
    detail: str = ""
    fault: str = ""


class Connector(AbstractContextManager["Connector"], Protocol):
    """One vendor. Every verb raises `ConnectorError`; closed, it lets its clients go."""

    kind: ClassVar[str]
    label: ClassVar[str]
    default_base_url: ClassVar[str]
    credential_hints: ClassVar[Mapping[CredentialKind, str]]

    def __init__(self, target: Target, client: Callable[..., Client] = Client) -> None: ...

    def close(self) -> None: ...

    def capabilities(self) -> tuple[Capability, ...]: ...

    def test(self) -> tuple[CredentialReport, ...]: ...

    def discover(self) -> Discovery: ...

    def health(self, agent: AgentRef) -> HealthReading: ...

    def usage(self, period: Period) -> Iterable[UsageRow]:
        """Give whole buckets; who keeps them replaces whatever is kept of the same span."""

    def costs(self, period: Period) -> Iterable[CostRow]: ...

    def interactions(self, agent: AgentRef, *, limit: int) -> Iterable[Interaction]:
        """Give the newest first."""

    def stops_by(self, agent: AgentRef) -> str:
        """Say in a sentence what pausing such an agent pulls; nobody is asked for it."""

    def pause(self, agent: AgentRef, *, rehearse: bool = False) -> tuple[Lever, ...]:
        """Stop an agent; a rehearsal reads the same and pulls nothing."""

    def resume(
        self, agent: AgentRef, *, only: Collection[str] | None = None, rehearse: bool = False
    ) -> tuple[Lever, ...]:
        """Start what is paused; `only` names the levers that pausing pulled, where known."""

    def instructions(self, agent: AgentRef) -> str:
        """Read what the agent is told at its vendor, with what ARM put there."""

    def inject(
        self, agent: AgentRef, text: str, *, block: str = "", expected: str | None = None
    ) -> str:
        """Set ARM's text where the agent reads it and say where; an empty text takes it out.

        `block` is which of ARM's texts; of instructions without the mark `expected` none is.
        """

    def invoke(self, agent: AgentRef, text: str, *, key: str) -> str:
        """Begin work with a message, once for each key; return the vendor's id of that work."""
