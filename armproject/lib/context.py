"""Who asks, for which organization, in which request: carried beside the call, not through it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID


class PrincipalKind(StrEnum):
    MEMBER = "member"
    API_KEY = "api_key"
    AGENT = "agent"
    SCHEDULE = "schedule"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks. `user_id` is the person behind a member or an API key; `scopes` limits a key."""

    kind: PrincipalKind
    id: str
    label: str
    user_id: UUID | None = None
    scopes: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class RequestInfo:
    """Where a call came from; ids are lower-case hex, `trace_id` 32 and `span_id` 16 digits.

    `parent_id` is the span from which ours follows, the caller's or that of an earlier step.
    """

    request_id: str = ""
    trace_id: str = ""
    span_id: str = ""
    address: str = ""
    user_agent: str = ""
    parent_id: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """All of it, for one call. `rights` are the permissions the principal has there and now.

    `signed_in_at` (epoch seconds) is when the person last proved who they are; None where no
    person's session stands behind the call.
    """

    organization_id: UUID | None = None
    principal: Principal | None = None
    rights: frozenset[str] = frozenset()
    signed_in_at: float | None = None
    request: RequestInfo = field(default_factory=RequestInfo)


NOWHERE = Context()

_current: ContextVar[Context] = ContextVar("arm_context", default=NOWHERE)


def current() -> Context:
    """Return the context of this call."""
    return _current.get()


def organization_id() -> UUID | None:
    """Return the organization this call is for, if one was chosen."""
    return _current.get().organization_id


def principal() -> Principal | None:
    """Return who asks, if known."""
    return _current.get().principal


@contextmanager
def use(context: Context) -> Iterator[Context]:
    """Run a block under this context and put the former one back."""
    token = _current.set(context)
    try:
        yield context
    finally:
        _current.reset(token)
