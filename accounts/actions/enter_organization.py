"""Work in another of one's organizations."""

from collections.abc import Iterable, MutableMapping
from typing import Any

from accounts.models import Membership
from armproject.lib.errors import NotFound

SESSION_KEY = "organization"


def enter_organization(
    session: MutableMapping[str, Any], memberships: Iterable[Membership], wanted: str
) -> Membership:
    """Let the browser's session work in another organization the person belongs to."""
    for membership in memberships:
        if str(membership.organization_id) == wanted:
            session[SESSION_KEY] = wanted
            return membership
    raise NotFound("You do not belong to such an organization.")
