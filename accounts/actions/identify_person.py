"""Find out whom an access token speaks for."""

from django.contrib.sessions.backends.base import SessionBase

from accounts.signin import access_tokens, sessions
from accounts.signin.standing import Standing, choose
from armproject.lib.errors import Unauthenticated


def identify_person(token: str) -> tuple[Standing, SessionBase]:
    """Return where the person of this access token stands, and the session it belongs to.

    The session, the person and their role are read anew for each call: what ended is over at once.
    """
    access = access_tokens.read(token)
    session = sessions.find(access.sid)
    user = sessions.person_in(session) if session is not None else None
    if session is None or user is None or str(user.pk) != access.sub:
        raise Unauthenticated("This session is over; sign in again.")
    sessions.touch(session)
    standing = choose(user, session, access.tenant_id or None)
    elsewhere = str(standing.organization_id or "") != access.tenant_id
    if access.tenant_id and elsewhere and standing.refusal is None:
        raise Unauthenticated("You do not belong to this organization any more; sign in again.")
    return standing, session
