"""How often somebody may call: what kind of call it is, who shares a limit, and how large it is."""

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache, partial
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection

from accounts.fence import borrowed, fenced
from accounts.models import Organization
from accounts.recent_keys import RecentKeys
from armproject.lib import context
from armproject.lib.context import Context, PrincipalKind
from armproject.lib.errors import TooManyRequests
from armproject.lib.limits import Bucket, Gate, Meter, PostgresStore, RedisStore, Verdict
from armproject.lib.networks import neighbourhood

# How many calls a minute one caller may make, by kind.
USUAL = {
    "auth": 60,
    "read": 60_000,
    "search": 12_000,
    "write": 12_000,
    "ingest": 60_000,
    "export": 120,
    "test": 240,
}
# How much an organization may send in a minute, by kind.
VOLUMES = {"ingest_kib": 6_000_000, "ingest_items": 6_000_000}
# How many callers' worth of calls those have who share a limit.
ONE, PERSON, ORGANIZATION, EVERYBODY = 1, 2, 8, 80
SAFE = ("GET", "HEAD", "OPTIONS")
# The kind of a call by the end of its route; the first that fits.
ENDINGS = (
    (("login/", "auth/", "signup/", "password/reset/"), "auth"),
    (("heartbeat", "heartbeat/<uuid:connection>"), "ingest"),
    (("v1/traces", "v1/metrics", "v1/logs", "telemetry/events", "public/scores"), "ingest"),
    (("/export", "export.csv", "export/"), "export"),
    (("/test", "/test/", "try_out"), "test"),
)
# Kinds so frequent that a busy caller's are counted several at a time.
AHEAD = ("read", "ingest")
PARAMETERS_OF_A_SEARCH = ("search=", "q=")

KIB_OF_A_MIB = 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What is set for one organization; None where it is what is usual."""

    factor: Decimal = Decimal(1)
    mib: int | None = None
    items: int | None = None

    def usual(self, kind: str) -> int:
        """Return how much it may send in a minute unless something else is set."""
        return int(settings.ARM_RATE_LIMITS.get(kind, VOLUMES[kind]) * self.factor)

    def volume(self, kind: str) -> int:
        """Return how much it may send in a minute."""
        own = self.items if kind == "ingest_items" else self.mib and self.mib * KIB_OF_A_MIB
        return self.usual(kind) if own is None else own


_limits = RecentKeys(seconds=5)


class Caller(NamedTuple):
    """Who is known to call: what they share limits with others by."""

    organization_id: UUID | None
    user_id: UUID | None
    key: str | None
    factor: Decimal


def kind_of_call(method: str, route: str, query: str) -> str:
    """Return what kind of call this is; every spelling of a path has the same route."""
    ending = route.rstrip("$").removesuffix("\\Z")
    if any(root in ending for root in ("api/v1/auth/", "api/auth/")):
        return "auth"
    for endings, kind in ENDINGS:
        if ending.endswith(endings) and (kind != "auth" or method not in SAFE):
            return kind
    if method not in SAFE:
        return "write"
    is_search = any(part.startswith(PARAMETERS_OF_A_SEARCH) for part in query.split("&"))
    return "search" if is_search else "read"


def count_call(kind: str) -> Verdict:
    """Count a call of this kind for all who share it, and say whether it may go on.

    A caller who has shown who they are is counted as that, whatever their address; others by
    their address.
    """
    buckets = _buckets(kind, context.current(), settings.ARM_RATE_LIMITS.get(kind, USUAL[kind]))
    return gate().take(*buckets, ahead=kind in AHEAD, strict=kind == "auth")


def count_volume(kind: str, amount: int) -> None:
    """Count what the organization sends; raises TooManyRequests, with when to come back."""
    organization_id = context.organization_id()
    if organization_id is None:
        return
    limit = _limits_of(organization_id).volume(kind)
    bucket = _bucket(kind, "organization", str(organization_id), limit)
    refused = meter().take(bucket, amount)
    if refused is not None:
        problem = TooManyRequests("Your organization sends more than its limit; slow down.")
        problem.retry_after = refused.retry_after
        raise problem


def _buckets(kind: str, now: Context, limit: int) -> tuple[Bucket, ...]:
    """Return the buckets that a caller's call fills, the widest first."""
    principal = now.principal
    if principal is None or kind == "auth":
        everybody = _bucket(kind, "everybody", "", limit * EVERYBODY)
        return everybody, _bucket(kind, "address", neighbourhood(now.request.address), limit)
    caller = Caller(
        now.organization_id,
        principal.user_id,
        principal.id if principal.kind == PrincipalKind.API_KEY else None,
        Decimal(1) if now.organization_id is None else _limits_of(now.organization_id).factor,
    )
    return _of_caller(kind, limit, settings.ARM_RATE_SECONDS, caller)


@lru_cache(maxsize=5_000)
def _of_caller(kind: str, limit: int, seconds: int, caller: Caller) -> tuple[Bucket, ...]:
    """Return the buckets of somebody who is known; a busy caller's are made once."""
    make = partial(_make, kind, seconds=seconds)
    found = [make("everybody", "", limit * EVERYBODY)]
    if caller.organization_id is not None:
        theirs = str(caller.organization_id)
        found.append(make("organization", theirs, limit * ORGANIZATION * caller.factor))
    if caller.user_id is not None:
        # Of a person who works in two organizations, what they do in one takes nothing from the
        # other.
        person = f"{caller.organization_id}:{caller.user_id}"
        found.append(make("person", person, limit * PERSON * caller.factor))
    if caller.key is not None:
        found.append(make("key", caller.key, limit * ONE * caller.factor))
    return tuple(found)


def _bucket(kind: str, scope: str, whose: str, limit: int | Decimal) -> Bucket:
    return _make(kind, scope, whose, limit, settings.ARM_RATE_SECONDS)


@lru_cache(maxsize=10_000)
def _make(kind: str, scope: str, whose: str, limit: int | Decimal, seconds: int) -> Bucket:
    return Bucket(f"{kind}:{scope}:{whose}", max(1, int(limit)), seconds)


def _limits_of(organization_id: UUID) -> Limits:
    """Return what is set for the organization, read again every five seconds."""
    # What a transaction has read may still be taken back, so it is not remembered.
    if connection.in_atomic_block:
        return read_limits()
    found: Limits = _limits.recall(str(organization_id), read_limits)
    return found


def read_limits() -> Limits:
    """Return what is set now for the organization of the call."""
    with fenced():
        rows = Organization.objects.current()
        row = rows.values_list("rate_limit_factor", "ingest_mib_limit", "ingest_items_limit")
        return Limits(*(row.first() or ()))


@lru_cache(maxsize=1)
def gate() -> Gate:
    """Return this process's gate: over Redis where there is one, else over the database."""
    database = PostgresStore(borrowed)
    if not settings.REDIS_URL:
        return Gate(database, processes=settings.ARM_WEB_PROCESSES)
    shared = RedisStore(settings.REDIS_URL)
    return Gate(shared, spare=database, processes=settings.ARM_WEB_PROCESSES)


@lru_cache(maxsize=1)
def meter() -> Meter:
    """Return this process's meter, over its gate."""
    return Meter(gate())
