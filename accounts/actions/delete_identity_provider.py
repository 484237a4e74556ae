"""Take an identity provider away."""

from django.db import transaction

from accounts.freshness import require_fresh
from accounts.models import IdentityProvider
from accounts.permissions import require
from armproject.lib.audit import record


@transaction.atomic
def delete_identity_provider(provider: IdentityProvider) -> None:
    """Delete an identity provider; nobody is signed in by it any more."""
    require("organization.write")
    require_fresh()
    record("identity_providers.delete", provider, before={"name": provider.name})
    provider.delete()
