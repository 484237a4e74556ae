"""Open a registered account."""

from django.contrib.auth.hashers import check_password as matches
from django.db import transaction

from accounts.models import Letter, User
from accounts.models.letter import LetterKind
from accounts.signin import counters
from accounts.signin.errors import LinkSpent, NoFit
from accounts.signin.gate import password_gate


def confirm_account(token: str, password: str) -> User:
    """Open the account a mail's link belongs to, for who also knows the password chosen for it.

    The password is asked for again so that nobody confirms what somebody else has registered in
    their name. Raises LinkSpent or NoFit.
    """
    letter = Letter.objects.opened(token, LetterKind.CONFIRM)
    if letter is None:
        raise LinkSpent
    counters.count(counters.account(letter.email), counters.address())
    with password_gate.enter():
        if not matches(password, letter.facts["password"]):
            raise NoFit
    return _open(token)


@transaction.atomic
def _open(token: str) -> User:
    letter = Letter.objects.take(token, LetterKind.CONFIRM)
    if letter is None or User.objects.filter(email=letter.email).exists():
        raise LinkSpent
    user = User(email=letter.email, name=letter.facts["name"], password=letter.facts["password"])
    user.save(force_insert=True)
    return user
