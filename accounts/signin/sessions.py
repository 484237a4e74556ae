"""Sessions of people: Django keeps them, allauth lists them, a cookie or a token names them."""

from typing import Any
from uuid import UUID

from allauth.core.internal.sessionkit import get_session_user
from allauth.headless.tokens.strategies.jwt.internal import (
    session_key_from_sid,
    session_key_to_sid,
)
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache
from django.utils import timezone

from accounts.models import User

SEEN_EVERY = 300  # seconds


def new() -> SessionStore:
    """Return an empty session, for a program."""
    return SessionStore()


def sid_of(session: SessionBase) -> str:
    """Return the name of a session that may be told: the key itself would open it."""
    sid: str = session_key_to_sid(str(session.session_key))
    return sid


def find(sid: str) -> SessionStore | None:
    """Return the session of this name, if it still lives."""
    try:
        key = session_key_from_sid(sid)
    except ValueError:
        return None
    if not key:
        return None
    session = SessionStore(key)
    session.get("")  # loads it; a session that has ended loses its key by that
    return session if session.session_key else None


def person_in(session: SessionBase) -> User | None:
    """Return who is signed in, if they are active and have not changed their password since."""
    user: User | None = get_session_user(session)
    return user


def rows_of(user_id: UUID) -> Any:
    """Return the person's sessions that still live, the latest first."""
    alive = UserSession.objects.purge_and_list(User(pk=user_id))
    return sorted(alive, key=lambda row: row.last_seen_at, reverse=True)


def touch(session: SessionBase) -> None:
    """Note that the session is in use, every few minutes."""
    key = session.session_key
    if key and cache.add(f"session-seen:{key}", 1, SEEN_EVERY):
        UserSession.objects.filter(session_key=key).update(last_seen_at=timezone.now())
