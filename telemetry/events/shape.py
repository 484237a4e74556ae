"""The two shapes of an event, and the little that both say of every step.

The flat one names the event (`event_id`, `event_type`, `timestamp`, `payload`); the enveloped one
carries `meta`, `payload` with its `type`, and `version`.
"""

from datetime import UTC, datetime
from typing import Any

import msgspec

VERSION = "v1"
NANOSECONDS = 1_000_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Unusable(ValueError):
    """The event cannot be kept; the message is the sentence that says why."""


class Meta(msgspec.Struct, gc=False):
    """What surrounds an enveloped event."""

    request_id: str | None = None
    trace_id: str | None = None
    idempotency_key: str | None = None
    tenant_id: str | None = None
    user_id: str | None = None
    session_id: str | None = None
    created_at: str | None = None


class Event(msgspec.Struct, gc=False):
    """One event of either shape; what the other shape has stays empty."""

    event_id: str | None = None
    tenant_id: str | None = None
    instance_id: str | None = None
    event_type: str | None = None
    timestamp: str | None = None
    payload: dict[str, Any] = msgspec.field(default_factory=dict)
    meta: Meta | None = None
    version: str = VERSION

    def plain(self) -> "Event":
        """Return the event in the flat shape, with what its envelope says in the payload."""
        meta = self.meta
        if meta is None:
            return self
        told = {"user_id": meta.user_id, "session_id": meta.session_id, "trace_id": meta.trace_id}
        return Event(
            event_id=self.event_id or meta.idempotency_key or meta.request_id,
            tenant_id=self.tenant_id or meta.tenant_id,
            instance_id=self.instance_id,
            event_type=self.event_type or _text(self.payload.get("type")),
            timestamp=self.timestamp or meta.created_at,
            payload={**{name: value for name, value in told.items() if value}, **self.payload},
            version=self.version,
        )


def moment(text: str | None) -> int:
    """Return an RFC 3339 instant in nanoseconds since 1970; one without a zone is UTC."""
    try:
        at = datetime.fromisoformat(text or "")
    except ValueError:
        raise Unusable(
            "The timestamp is no instant as RFC 3339, such as 2026-01-31T12:00:00Z."
        ) from None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    passed = at - EPOCH
    seconds = passed.days * 86_400 + passed.seconds
    return seconds * NANOSECONDS + passed.microseconds * 1_000


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
