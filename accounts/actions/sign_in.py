"""Sign a person in by their password and, where they have one, their second factor."""

from django.http import HttpRequest

from accounts.actions.check_code import check_code
from accounts.actions.check_password import check_password
from accounts.actions.open_session import open_session
from accounts.models import User
from accounts.signin import second_factor, waiting
from accounts.signin.errors import CodeNeeded
from accounts.signin.facts import Facts


def sign_in(
    request: HttpRequest, email: str, password: str, *, code: str = "", device: str = ""
) -> User:
    """Open a session in `request` for the person with this address and password.

    Raises NoFit, TooManyRequests, WrongCode, or CodeNeeded with a note that waits for the code.
    """
    user = check_password(email, password, device=device)
    if not second_factor.is_enrolled(user.pk):
        open_session(request, user, Facts.proven("password"), device=device)
        return user
    if not code:
        raise CodeNeeded(waiting.note_for(user, "password"))
    facts = Facts.proven("password", check_code(user, code))
    open_session(request, user, facts, device=device)
    return user
