"""Let a program's session work in another organization."""

from collections.abc import Iterable
from typing import Any

from django.contrib.sessions.backends.base import SessionBase

from accounts.actions.enter_organization import enter_organization
from accounts.actions.issue_tokens import issue_tokens
from accounts.models import Membership, User


def switch_organization(
    user: User, session: SessionBase, memberships: Iterable[Membership], wanted: str
) -> dict[str, Any]:
    """Return tokens for another organization the person belongs to; raises NotFound."""
    enter_organization(session, memberships, wanted)
    session.save()
    return issue_tokens(session, user)
