"""End sessions of one's own."""

from allauth.usersessions.models import UserSession

from accounts.models import User
from accounts.signin.places import in_each
from armproject.lib.audit import record
from armproject.lib.errors import NotFound


def end_sessions(user: User, *, session_id: int | None = None, except_key: str = "") -> int:
    """End one session of a person, or all but the one with `except_key`; return how many."""
    rows = UserSession.objects.filter(user_id=user.pk)
    if session_id is not None:
        rows = rows.filter(pk=session_id)
    ending = [row for row in rows if row.session_key != except_key]
    if session_id is not None and not ending:
        raise NotFound("You have no such session, or it is the one you are using.")
    for row in ending:
        row.end()
    if ending:
        in_each(user, lambda: record("sessions.end", user, details={"sessions": len(ending)}))
    return len(ending)
