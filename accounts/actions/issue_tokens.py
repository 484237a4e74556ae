"""Give a program the tokens of its session."""

from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.base import SessionBase

from accounts.actions.enter_organization import SESSION_KEY
from accounts.models import RefreshToken, User
from accounts.signin import access_tokens, sessions
from accounts.signin.access_tokens import Access
from accounts.signin.standing import choose


def issue_tokens(session: SessionBase, user: User) -> dict[str, Any]:
    """Return an access token for the session's organization and a refresh token that renews it.

    Where no organization admits the session, the token says none, or the wanted one, which
    refuses it by its own name.
    """
    standing = choose(user, session, session.get(SESSION_KEY))
    refresh = RefreshToken(session=UserSession.objects.get(session_key=session.session_key))
    token = refresh.draw()
    refresh.save(force_insert=True)
    access = Access(
        str(user.pk),
        user.email,
        str(standing.organization_id or ""),
        sid=sessions.sid_of(session),
    )
    return {
        "access_token": access_tokens.write(access),
        "refresh_token": token.reveal(),
        "token_type": "Bearer",
        "expires_in": access_tokens.SECONDS,
    }
