"""Agents of the customer's own making, wherever they run.

Nothing is asked here: they register and send heartbeats to ARM, signed as standardwebhooks.com
says, and this file reads what they send. Usage, costs and conversations come as traces.
"""

import base64
import binascii
import hashlib
import hmac
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar, Self

from armproject.lib.errors import InvalidInput, Unauthenticated
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
    HealthReading,
    Interaction,
    Lever,
    Period,
    Support,
    Target,
    UsageRow,
    Verb,
)
from connectors.wire import Connect

REGISTRATION = "registration"
STATUSES = ("active", "degraded", "error", "paused")
TYPES = ("assistant", "chat", "completion", "custom")
TOLERANCE = 300
LEAST_SECRET = 24
MOST_COUNT = 2**31 - 1
MOST_METADATA = 50
OWN_GATE = "ARM's gate answers this agent “paused”; the agent must ask it and obey."


class CustomConnector:
    """Agents that speak to ARM by themselves."""

    kind: ClassVar[str] = "custom"
    label: ClassVar[str] = "Custom agents"
    default_base_url: ClassVar[str] = ""
    credential_hints: ClassVar[Mapping[CredentialKind, str]] = {
        CredentialKind.RUNTIME: "whsec_…, the secret with which your agents sign what they send.",
    }

    def __init__(self, target: Target, client: Connect = Client) -> None:
        self._target = target

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        self.close()

    def close(self) -> None:
        """Hold nothing open."""

    def capabilities(self) -> tuple[Capability, ...]:
        partly, nothing = Support.PARTIAL, Support.NONE
        return (
            Capability(Verb.TEST, partly, None, "The signing secret is checked for its strength."),
            Capability(Verb.DISCOVER, partly, None, "Agents register by themselves."),
            Capability(Verb.HEALTH, partly, None, "As recent as an agent's last heartbeat."),
            Capability(Verb.USAGE, nothing, None, "It comes with the traces agents send."),
            Capability(Verb.COSTS, nothing, None, "They are computed from usage and prices."),
            Capability(Verb.INTERACTIONS, nothing, None, "They come with the traces agents send."),
            Capability(Verb.PAUSE, partly, None, OWN_GATE),
            Capability(Verb.RESUME, partly, None, OWN_GATE),
            Capability(Verb.INJECT, nothing, None, "An agent reads its memory from ARM's tools."),
            Capability(Verb.INVOKE, nothing, None, "These agents are started where they run."),
        )

    def test(self) -> tuple[CredentialReport, ...]:
        secret = self._target.credentials.get(CredentialKind.RUNTIME)
        if not secret:
            return ()
        strong = len(_key(secret)) >= LEAST_SECRET
        message = (
            "The secret is strong enough."
            if strong
            else f"Enter whsec_ and at least {LEAST_SECRET} random bytes in base64."
        )
        fault = "" if strong else "credentials"
        return (CredentialReport(CredentialKind.RUNTIME, strong, message, fault),)

    def discover(self) -> Discovery:
        """Find nothing, and call nothing vanished: agents come to ARM, not ARM to them."""
        return Discovery(agents=(), sources=())

    def health(self, agent: AgentRef) -> HealthReading:
        return HealthReading(exists=None)

    def usage(self, period: Period) -> Iterable[UsageRow]:
        return ()

    def costs(self, period: Period) -> Iterable[CostRow]:
        return ()

    def interactions(self, agent: AgentRef, *, limit: int) -> Iterable[Interaction]:
        return ()

    def stops_by(self, agent: AgentRef) -> str:
        return OWN_GATE

    def pause(self, agent: AgentRef, *, rehearse: bool = False) -> tuple[Lever, ...]:
        return (Lever("agent", pulled=False, detail=OWN_GATE),)

    def resume(
        self, agent: AgentRef, *, only: Collection[str] | None = None, rehearse: bool = False
    ) -> tuple[Lever, ...]:
        return (Lever("agent", pulled=False, detail=OWN_GATE),)

    def instructions(self, agent: AgentRef) -> str:
        raise _unsupported("ARM cannot read this agent's instructions; it keeps them itself.")

    def inject(
        self, agent: AgentRef, text: str, *, block: str = "", expected: str | None = None
    ) -> str:
        raise _unsupported("ARM cannot write into this agent; it reads its memory by ARM's tools.")

    def invoke(self, agent: AgentRef, text: str, *, key: str) -> str:
        raise _unsupported("This agent is started where it runs.")


def _unsupported(why: str) -> ConnectorError:
    return ConnectorError(why, fault="unsupported", permanent=True)


@dataclass(frozen=True, slots=True)
class Registration:
    """An agent as it introduces itself."""

    id: str
    name: str = ""
    model: str = ""
    type: str = "custom"
    description: str = ""
    version: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """How an agent says it is; None where it does not say."""

    agent: Registration
    status: str = "active"
    latency_ms: int | None = None
    requests: int | None = None
    errors: int | None = None
    message: str = ""
    sent_at: datetime | None = None


def verify_signature(body: bytes, headers: Mapping[str, str], secrets: Sequence[Secret]) -> str:
    """Return the id of a message that one of the secrets signed, exactly as these bytes.

    While a secret is changed, the former one stays in `secrets`. The caller refuses an id that it
    has seen within the tolerance.
    """
    given = {name.lower(): value for name, value in headers.items()}
    message_id, sent = given.get("webhook-id", ""), given.get("webhook-timestamp", "")
    if not message_id or not sent.isascii() or not sent.isdigit():
        raise Unauthenticated("Sign the request: webhook-id, webhook-timestamp, webhook-signature.")
    if abs(time.time() - int(sent[:12])) > TOLERANCE:
        raise Unauthenticated("The signature is too old, or the sender's clock is wrong.")
    signed = f"{message_id}.{sent}.".encode() + body
    expected = [hmac.new(key, signed, hashlib.sha256).digest() for key in map(_key, secrets) if key]
    offered = [
        _decoded(each[3:])
        for each in given.get("webhook-signature", "").split()
        if each.startswith("v1,")
    ]
    matches = [hmac.compare_digest(mine, theirs) for mine in expected for theirs in offered]
    if not any(matches):
        raise Unauthenticated("The signature does not match.")
    return message_id


def parse_registration(payload: object) -> Registration:
    """Read `{"agent": {"id", "name", …}}`; a registration needs a name."""
    agent = _Reader(payload).agent()
    if not agent.name:
        raise _invalid("agent.name", "Give the agent a name.")
    return agent


def parse_heartbeat(payload: object) -> Heartbeat:
    """Read `{"agent": {"id", …}, "status", "latency_ms", "requests", …}`; only the id must be."""
    reader = _Reader(payload)
    beat = Heartbeat(
        agent=reader.agent(),
        status=reader.choice("status", STATUSES, "active"),
        latency_ms=reader.number("latency_ms"),
        requests=reader.number("requests"),
        errors=reader.number("errors"),
        message=reader.text("message", 2000),
        sent_at=reader.moment("sent_at"),
    )
    if beat.errors is not None and beat.requests is not None and beat.errors > beat.requests:
        raise _invalid("errors", "There cannot be more errors than requests.")
    return beat


class _Reader:
    """Reads the fields of one object; what is wrong is named by its path."""

    def __init__(self, payload: object, path: str = "") -> None:
        if not isinstance(payload, Mapping):
            raise _invalid(path.rstrip(".") or "body", "Send a JSON object.")
        self._fields = payload
        self._path = path

    def agent(self) -> Registration:
        reader = _Reader(self._fields.get("agent"), "agent.")
        return Registration(
            id=reader.text("id", 200, required=True),
            name=reader.text("name", 200),
            model=reader.text("model", 200),
            type=reader.choice("type", TYPES, "custom"),
            description=reader.text("description", 2000),
            version=reader.text("version", 100),
            metadata=reader.metadata(),
        )

    def text(self, name: str, longest: int, *, required: bool = False) -> str:
        value = self._fields.get(name)
        if value is None and not required:
            return ""
        if not isinstance(value, str) or len(value) > longest or (required and not value.strip()):
            raise self._wrong(name, f"Send a string of at most {longest} characters.")
        return value.strip()

    def choice(self, name: str, choices: Sequence[str], default: str) -> str:
        value = self._fields.get(name, default)
        if value not in choices:
            raise self._wrong(name, f"Send one of {', '.join(choices)}.")
        return str(value)

    def number(self, name: str) -> int | None:
        value = self._fields.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_COUNT:
            raise self._wrong(name, f"Send a whole number from 0 to {MOST_COUNT}.")
        return value

    def moment(self, name: str) -> datetime | None:
        value = self._fields.get(name)
        if value is None:
            return None
        try:
            read = datetime.fromisoformat(value) if isinstance(value, str) else None
        except ValueError:
            read = None
        if read is None or read.tzinfo is None:
            raise self._wrong(name, "Send a time with its zone, such as 2026-11-21T09:00:00Z.")
        try:
            return read.astimezone(UTC)
        except OverflowError:
            raise self._wrong(name, "Send a time between the years 2 and 9998.") from None

    def metadata(self) -> dict[str, Any]:
        value = self._fields.get("metadata") or {}
        if not isinstance(value, Mapping) or len(value) > MOST_METADATA:
            raise self._wrong("metadata", f"Send an object of at most {MOST_METADATA} fields.")
        return dict(value)

    def _wrong(self, name: str, what: str) -> InvalidInput:
        return _invalid(f"{self._path}{name}", what)


def _invalid(name: str, what: str) -> InvalidInput:
    return InvalidInput(f"{name}: {what}", fields={name: [what]})


def _key(secret: Secret) -> bytes:
    """Return the bytes of a secret in the form whsec_ and base64; none if it has no such form."""
    return _decoded(secret.reveal().removeprefix("whsec_"))


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return b""
