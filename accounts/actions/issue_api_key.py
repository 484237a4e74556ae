"""Give a program a way in."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.freshness import require_fresh
from accounts.models import ApiKey
from accounts.permissions import own_key, own_user_id, require
from accounts.roles import PERMISSIONS
from armproject.lib import context
from armproject.lib.audit import record
from armproject.lib.errors import Forbidden, InvalidInput
from armproject.lib.networks import covers, read_network
from armproject.lib.secret import Secret

MOST_NETWORKS = 50


@transaction.atomic
def issue_api_key(
    name: str,
    scopes: Iterable[str],
    *,
    expires_at: datetime | None = None,
    addresses: Iterable[str] = (),
) -> tuple[ApiKey, Secret]:
    """Issue an API key for oneself, no stronger than oneself; the token is shown this once.

    `addresses` are networks such as 10.1.0.0/16; with none named the key works from anywhere.
    """
    require("api_keys.write")
    require_fresh()
    wanted = frozenset(scopes)
    _refuse_bad_scopes(wanted)
    if expires_at is not None and expires_at <= timezone.now():
        raise InvalidInput(
            "The key would be expired.", fields={"expires_at": ["Name a time to come."]}
        )
    networks, issuer = _networks(addresses), own_key()
    if issuer is not None:
        _refuse_outliving(issuer, expires_at)
        networks = _within(issuer, networks)
    key = ApiKey(
        user_id=own_user_id(),
        name=name,
        scopes=sorted(wanted),
        expires_at=expires_at,
        addresses=networks,
        issued_by=issuer,
    )
    token = key.draw()
    key.save(force_insert=True)
    record(
        "api_keys.issue",
        key,
        after={"name": name, "scopes": key.scopes, "addresses": networks, "expires_at": expires_at},
    )
    return key, token


def _networks(addresses: Iterable[str]) -> list[str]:
    """Return the networks, each in its one spelling and once."""
    texts = list(addresses)
    try:
        networks = sorted({read_network(text) for text in texts})
    except ValueError as error:
        raise InvalidInput(
            "Some addresses are no networks.",
            fields={"addresses": [f"{error}. Write 203.0.113.0/24, 203.0.113.7 or 2001:db8::/48."]},
        ) from error
    if len(networks) > MOST_NETWORKS:
        problem = f"Name at most {MOST_NETWORKS} networks."
        raise InvalidInput(problem, fields={"addresses": [problem]})
    return networks


def _within(issuer: ApiKey, networks: list[str]) -> list[str]:
    """Return the networks, or the issuing key's where none are named; never wider than those."""
    if issuer.addresses and networks and not covers(issuer.addresses, networks):
        raise Forbidden(
            "A key cannot issue one that may be used from elsewhere.",
            fields={"addresses": [f"Stay within {', '.join(issuer.addresses)}."]},
        )
    return networks or list(issuer.addresses)


def _refuse_outliving(issuer: ApiKey, expires_at: datetime | None) -> None:
    """Refuse a key that asks for one that lives longer than itself."""
    end = issuer.expires_at
    if end is not None and (expires_at is None or expires_at > end):
        raise Forbidden(
            "A key cannot issue one that outlives it.",
            fields={"expires_at": [f"Name a time up to {end:%Y-%m-%dT%H:%M:%SZ}."]},
        )


def _refuse_bad_scopes(wanted: frozenset[str]) -> None:
    if unknown := sorted(wanted - PERMISSIONS):
        raise InvalidInput(
            f"Unknown scopes: {', '.join(unknown)}.", fields={"scopes": ["Unknown scopes."]}
        )
    if beyond := sorted(wanted - context.current().rights):
        raise Forbidden(
            "A key cannot do more than you can.",
            fields={"scopes": [f"Not yours: {', '.join(beyond)}."]},
        )
