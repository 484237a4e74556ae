"""Set up where an organization's people sign in."""

import re
from collections.abc import Iterable
from typing import NoReturn
from urllib.parse import urlsplit

from django.db import connection, transaction

from accounts.actions.add_member import refuse_above_own
from accounts.actions.delete_identity_provider import refuse_locking_out
from accounts.freshness import require_fresh
from accounts.models import IdentityProvider, User
from accounts.permissions import require
from accounts.roles import Role
from accounts.sealing import seal
from accounts.signin.sso import SECRET
from armproject.lib import context
from armproject.lib.audit import record
from armproject.lib.errors import Forbidden, InvalidInput
from armproject.lib.http.destination import Destination, Reach
from armproject.lib.http.reply import RequestFailed
from armproject.lib.secret import Secret

DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")


@transaction.atomic
def save_identity_provider(
    provider: IdentityProvider,
    *,
    name: str,
    issuer: str,
    client_id: str,
    client_secret: Secret | None,
    domains: Iterable[str],
    default_role: str,
    is_active: bool = True,
) -> IdentityProvider:
    """Keep an identity provider, new or changed; a secret left out stays as it is.

    A secret belongs to the host it was entered for: another one never gets to see it.
    Which domains it speaks for only an operator of this installation says: who claims a domain
    is where its people are sent to sign in.
    """
    require("organization.write")
    require_fresh()
    refuse_above_own(Role.OWNER)  # whoever names the issuer may sign in as anybody here
    wanted = sorted({domain.strip().casefold() for domain in domains})
    is_new = provider._state.adding
    if wanted != ([] if is_new else sorted(provider.domains)):
        _refuse_claiming(provider, wanted)
    _refuse_bad_issuer(provider, issuer)
    if client_secret is None and (is_new or _leads_elsewhere(provider.issuer, issuer)):
        _refuse_without_secret()
    provider.name, provider.issuer, provider.client_id = name, issuer.rstrip("/"), client_id
    provider.domains, provider.default_role, provider.is_active = wanted, default_role, is_active
    if client_secret is not None:
        table = provider._meta.db_table
        provider.client_secret_sealed = seal(
            client_secret, table=table, row_id=provider.pk, column=SECRET
        )
    provider.save()
    refuse_locking_out()
    facts = {"name": name, "issuer": issuer, "domains": wanted, "default_role": default_role}
    record("identity_providers.save", provider, after={**facts, "is_active": is_active})
    return provider


def _refuse_claiming(provider: IdentityProvider, domains: list[str]) -> None:
    principal = context.principal()
    user_id = principal.user_id if principal else None
    if user_id and not User.objects.filter(pk=user_id, is_operator=True).exists():
        raise Forbidden(
            "Only an operator of this installation says whose a domain is.",
            fields={"domains": ["Ask an operator of this installation."]},
        )
    if bad := [domain for domain in domains if not DOMAIN.fullmatch(domain)]:
        raise InvalidInput(
            "Name domains such as example.com.", fields={"domains": [f"Not one: {bad[0][:100]}"]}
        )
    for domain in domains:
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM arm_find_identity_provider(%s)", [domain])
            holder = cursor.fetchone()
        if holder and holder[0] != provider.pk:
            raise InvalidInput(
                "A domain leads to one provider.", fields={"domains": [f"{domain} is taken."]}
            )


def _refuse_without_secret() -> NoReturn:
    raise InvalidInput(
        "The client secret is missing.", fields={"client_secret": ["Enter the secret."]}
    )


def _leads_elsewhere(before: str, issuer: str) -> bool:
    """Tell whether the issuer is on another host, or another port of it."""
    return urlsplit(before).netloc.casefold() != urlsplit(issuer).netloc.casefold()


def _refuse_bad_issuer(provider: IdentityProvider, issuer: str) -> None:
    try:
        Destination.parse(issuer, Reach(frozenset(provider.organization.allowed_hosts)))
    except RequestFailed as failed:
        raise InvalidInput(
            "ARM may not call this issuer.", fields={"issuer": [failed.message]}
        ) from None
