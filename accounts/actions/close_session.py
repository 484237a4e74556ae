"""Sign a person out."""

from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.base import SessionBase

from accounts.actions.note_sign_in import note_sign_in
from accounts.models.sign_in_event import SignInOutcome
from accounts.signin import sessions


def close_session(session: SessionBase) -> None:
    """End this session at once: its cookie, its access token and its refresh token with it."""
    user = sessions.person_in(session)
    UserSession.objects.filter(session_key=session.session_key).delete()
    session.flush()
    if user is not None:
        note_sign_in(user, SignInOutcome.SIGNED_OUT, "")
