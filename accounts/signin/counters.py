"""Attempts, counted in the database before they are judged.

Parallel guesses therefore count one by one, and a restart forgives nothing.
"""

import hashlib
import ipaddress
from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from django.db import connection
from django.db.models import F

from accounts.models import SignInCounter
from armproject.lib import context
from armproject.lib.errors import TooManyRequests

WINDOW = timedelta(minutes=15)
COUNT = """
INSERT INTO accounts_signincounter AS c (key, count, resets_at)
VALUES (%s, 1, clock_timestamp() + make_interval(secs => %s))
ON CONFLICT (key) DO UPDATE SET
  count = CASE WHEN c.resets_at <= clock_timestamp() THEN 1 ELSE c.count + 1 END,
  resets_at = CASE WHEN c.resets_at <= clock_timestamp() THEN excluded.resets_at
              ELSE c.resets_at END
RETURNING count, extract(epoch FROM resets_at - clock_timestamp())
"""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` attempts under `key` in a quarter of an hour."""

    key: str
    most: int


def account(email: str) -> Limit:
    """Limit guesses at one account, whether there is one or not."""
    return Limit(f"account:{email}", 10)


def domain(email: str) -> Limit:
    """Limit guesses at all accounts of one company, known by the domain of their addresses."""
    return Limit(f"domain:{email.rpartition('@')[2]}", 300)


def address() -> Limit:
    """Limit guesses from one place: a v4 address, or the /64 a v6 address belongs to."""
    text = context.current().request.address or "0.0.0.0"  # noqa: S104 - "unknown", not "all"
    place = ipaddress.ip_address(text)
    if place.version == 6:  # noqa: PLR2004
        return Limit(f"address:{ipaddress.ip_network(f'{place}/64', strict=False)}", 60)
    return Limit(f"address:{place}", 60)


def device(device_id: str) -> Limit:
    """Limit guesses from a device that has signed in before, apart from all others."""
    return Limit(f"device:{device_id}", 10)


def codes(user_id: object) -> Limit:
    """Limit guesses at the second factor of one account."""
    return Limit(f"code:{user_id}", 5)


def letters(email: str) -> Limit:
    """Limit how often one address is written to."""
    return Limit(f"letters:{email}", 5)


def count(*limits: Limit) -> None:
    """Count one attempt under each limit; raises TooManyRequests beyond one of them."""
    waits = [wait for limit in limits if (wait := _count(limit)) is not None]
    if waits:
        error = TooManyRequests("Too many attempts. Wait some minutes, then try again.")
        error.retry_after = ceil(max(waits))
        raise error


def forgive(*limits: Limit) -> None:
    """Forget the attempts under these limits: somebody proved who they are."""
    SignInCounter.objects.filter(key__in=[_key(limit) for limit in limits]).delete()


def take_back(*limits: Limit) -> None:
    """Take one attempt back under each limit: it was no guess, or nobody has judged it."""
    keys = [_key(limit) for limit in limits]
    SignInCounter.objects.filter(key__in=keys, count__gt=0).update(count=F("count") - 1)


def _count(limit: Limit) -> float | None:
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [_key(limit), WINDOW.total_seconds()])
        counted, seconds = cursor.fetchone()
    return float(seconds) if counted > limit.most else None


def _key(limit: Limit) -> str:
    """Return the digest under which a limit is kept: the table names nobody."""
    return hashlib.sha256(limit.key.encode()).hexdigest()
