"""Judge a code of the second factor."""

from accounts.actions.note_sign_in import note_sign_in
from accounts.models import User
from accounts.models.sign_in_event import SignInOutcome
from accounts.signin import counters, second_factor
from accounts.signin.errors import WrongCode
from armproject.lib.errors import TooManyRequests


def check_code(user: User, code: str) -> str:
    """Use up a person's code and return what it was: "totp" or "recovery_code".

    Each try counts before it is judged, so that guesses at the same moment count one by one.
    Raises WrongCode or TooManyRequests.
    """
    limit = counters.codes(user.pk)
    try:
        counters.count(limit)
    except TooManyRequests:
        note_sign_in(user, SignInOutcome.TOO_MANY, "code")
        raise
    method = second_factor.use(user, code)
    if not method:
        note_sign_in(user, SignInOutcome.WRONG_CODE, "code")
        raise WrongCode
    counters.forgive(limit)
    return method
