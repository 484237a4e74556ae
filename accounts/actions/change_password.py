"""Change one's own password."""

from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase

from accounts.actions.check_password import check_password
from accounts.actions.set_password import set_password
from accounts.models import User
from accounts.signin.facts import Facts


def change_password(user: User, session: SessionBase, *, present: str, new: str) -> None:
    """Change a person's password, who proves the present one; only this session goes on."""
    check_password(user.email, present)
    set_password(user, new, except_key=str(session.session_key))
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    Facts.of(session).renewed("password").keep(session)
    session.save()
