"""Let a program's session work in another organization."""

from collections.abc import Iterable
from typing import Any

from django.contrib.sessions.backends.base import SessionBase

from accounts.actions.enter_organization import enter_organization
from accounts.actions.issue_tokens import issue_tokens
from accounts.models import Membership, RefreshToken, User


def switch_organization(
    user: User, session: SessionBase, memberships: Iterable[Membership], wanted: str
) -> dict[str, Any]:
    """Return tokens for another organization the person belongs to; raises NotFound.

    The refresh token the session had is used up: a stolen access token would otherwise begin a
    second line of tokens here, which nobody missed.
    """
    enter_organization(session, memberships, wanted)
    RefreshToken.objects.use_up(session.session_key)
    session.save()
    return issue_tokens(session, user)
