"""Take an identity provider away."""

from django.db import transaction

from accounts.freshness import require_fresh
from accounts.models import IdentityProvider, Organization
from accounts.permissions import require
from armproject.lib.audit import record
from armproject.lib.errors import Conflict


@transaction.atomic
def delete_identity_provider(provider: IdentityProvider) -> None:
    """Delete an identity provider; nobody is signed in by it any more."""
    require("organization.write")
    require_fresh()
    record("identity_providers.delete", provider, before={"name": provider.name})
    provider.delete()
    refuse_locking_out()


def refuse_locking_out() -> None:
    """Refuse to be without a provider where single sign-on is required: nobody would get in."""
    asks = Organization.objects.current().filter(requires_sso=True)
    if asks.exists() and not IdentityProvider.objects.usable().exists():
        raise Conflict(
            "Single sign-on is required here, so nobody could sign in any more: keep a provider"
            " that is on and has a domain, or first stop requiring it in Settings."
        )
