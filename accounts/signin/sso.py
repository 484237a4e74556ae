"""Single sign-on by allauth's OpenID Connect: whose provider, over which guarded line.

allauth binds state and PKCE to the browser's session; the nonce is added here, and the id_token's
signature is checked however it came.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import jwt
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.db import connection

from accounts.fence import acting, fenced
from accounts.models import IdentityProvider
from accounts.models.identity_provider import parts_of
from accounts.permissions import system
from accounts.sealing import unseal
from armproject.lib.errors import NotFound
from armproject.lib.http.destination import Reach
from armproject.lib.http.requests_session import GuardedSession
from armproject.lib.secret import Secret

# What is signed with a secret that both sides know proves nothing of who signed it.
ASYMMETRIC: Final = ("RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA")
SECRET = "client_secret_sealed"  # noqa: S105 - a column's name


@dataclass(frozen=True, slots=True)
class Provider:
    """Where people sign in. `organization` is whose it is; None: this installation's own."""

    slug: str
    name: str
    issuer: str
    client_id: str
    secret: Secret
    reach: Reach
    organization: UUID | None = None
    domains: frozenset[str] = frozenset()
    default_role: str = ""
    must_verify: bool = True


_present: ContextVar[Provider | None] = ContextVar("arm_sso_provider", default=None)


@contextmanager
def using(provider: Provider) -> Iterator[Provider]:
    """Let allauth, which asks for providers and lines itself, find this one and no other."""
    token = _present.set(provider)
    try:
        yield provider
    finally:
        _present.reset(token)


def find(slug: str) -> Provider:
    """Return the provider of this slug: the installation's or an organization's."""
    if slug in settings.SSO_PROVIDERS:
        return _installed(slug)
    parts = parts_of(slug)
    found = _organizations(*parts) if parts else None
    if found is None:
        raise NotFound("There is no such way to sign in.")
    return found


def installed() -> list[Provider]:
    """Return the providers that whoever runs this installation has set up."""
    return [_installed(slug) for slug in settings.SSO_PROVIDERS]


def for_domain(email: str) -> Provider | None:
    """Return the provider of the organization to which an address's domain belongs."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT organization_id, id FROM arm_find_identity_provider(%s)",
            [email.rpartition("@")[2]],
        )
        row = cursor.fetchone()
    return _organizations(*row) if row else None


def _installed(slug: str) -> Provider:
    known: Mapping[str, Any] = settings.SSO_PROVIDERS[slug]
    return Provider(
        slug,
        known["name"],
        known["issuer"],
        known["client_id"],
        Secret(known["secret"]),
        Reach(frozenset(known.get("allowed_hosts", ()))),
        must_verify=known.get("must_verify", True),
    )


def _organizations(organization_id: UUID, provider_id: UUID) -> Provider | None:
    with acting(system("single sign-on"), organization_id, frozenset()), fenced():
        rows = IdentityProvider.objects.active().select_related("organization")
        row = rows.filter(pk=provider_id, organization__suspended_at=None).first()
        if row is None or row.client_secret_sealed is None:
            return None
        sealed = bytes(row.client_secret_sealed)
        secret = unseal(sealed, table=row._meta.db_table, row_id=row.pk, column=SECRET)
    return Provider(
        row.slug,
        row.name,
        row.issuer,
        row.client_id,
        secret,
        Reach(frozenset(row.organization.allowed_hosts)),
        organization=organization_id,
        domains=frozenset(row.domains),
        default_role=row.default_role,
        must_verify=False,
    )


class SsoAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Answers what allauth asks while it signs somebody in."""

    def list_apps(
        self, request: Any, provider: Any = None, client_id: Any = None
    ) -> list[SocialApp]:
        """Return the provider in use, in allauth's shape; none is kept in allauth's tables."""
        present = _present.get()
        if present is None:
            return []
        return [
            SocialApp(
                provider="openid_connect",
                provider_id=present.slug,
                name=present.name,
                client_id=present.client_id,
                secret=present.secret.reveal(),
                settings={"server_url": present.issuer, "oauth_pkce_enabled": True},
            )
        ]

    def get_requests_session(self) -> GuardedSession:
        present = _present.get()
        return GuardedSession(present.reach if present else Reach())


class CheckedAdapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """Checks the signature of every id_token, also of those that came straight from the host."""

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        with SsoAdapter().get_requests_session() as line:
            keys = jwt.PyJWKSet.from_dict(line.get(self.openid_config["jwks_uri"]).json())
        try:
            claims: dict[str, Any] = jwt.decode(
                id_token,
                _key_for(id_token, keys),
                algorithms=list(ASYMMETRIC),
                audience=app.client_id,
                issuer=self.openid_config["issuer"],
                options={"require": ["sub", "exp", "iat", "nonce"]},
            )
        except jwt.PyJWTError as error:
            raise OAuth2Error("The id_token is not valid.") from error
        return claims


def _key_for(id_token: str, keys: jwt.PyJWKSet) -> jwt.PyJWK:
    """Return the key a token names; a provider with one key need not name it."""
    kid = jwt.get_unverified_header(id_token).get("kid")
    return keys.keys[0] if kid is None and len(keys.keys) == 1 else keys[str(kid)]
