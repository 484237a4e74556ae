"""Let a person in whose first proof was taken and whose code was still missing."""

from django.http import HttpRequest

from accounts.actions.check_code import check_code
from accounts.actions.open_session import open_session
from accounts.models import User
from accounts.signin import waiting
from accounts.signin.facts import Facts


def finish_sign_in(request: HttpRequest, mfa_token: str, code: str) -> User:
    """Open a session in `request` for who waits under this note, if the code is theirs."""
    user, method = waiting.read(mfa_token)
    open_session(request, user, Facts.proven(method, check_code(user, code)))
    return user
