"""Renew the access of a program's session."""

from datetime import timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from accounts.actions.issue_tokens import issue_tokens
from accounts.actions.note_sign_in import note_sign_in
from accounts.models import RefreshToken
from accounts.models.api_key import digest
from accounts.models.sign_in_event import SignInOutcome
from accounts.signin import sessions
from accounts.signin.places import in_each
from armproject.lib.audit import record
from armproject.lib.errors import Conflict, Unauthenticated

RACE = timedelta(seconds=10)


def refresh_tokens(token: str) -> dict[str, Any]:
    """Exchange a refresh token for new tokens; it works once.

    Who comes second within seconds has lost a race and is told to use the new one; whoever comes
    later has an old token, and the whole session ends, for thief and owner alike.
    """
    if not RefreshToken.objects.take(token):
        _judge_loser(token)
    row = RefreshToken.objects.select_related("session").get(digest=digest(token)).session
    session = SessionStore(row.session_key)
    user = sessions.person_in(session)
    if user is None:
        row.end()
        raise _over()
    sessions.touch(session)
    return issue_tokens(session, user)


def _judge_loser(token: str) -> None:
    used = RefreshToken.objects.select_related("session__user").filter(digest=digest(token)).first()
    if used is None or used.used_at is None:
        raise _over()
    if timezone.now() - used.used_at < RACE:
        raise Conflict("Another call has just used this refresh token; use the one it was given.")
    _end_for_reuse(used.session)
    raise _over()


def _end_for_reuse(row: UserSession) -> None:
    user: Any = row.user
    row.end()
    note_sign_in(user, SignInOutcome.TOKEN_REUSED, "refresh")
    in_each(user, lambda: record("sessions.end_for_token_reuse", user))


def _over() -> Unauthenticated:
    return Unauthenticated("This refresh token is not valid any more; sign in again.")
