"""Set a new password by the link of a mail."""

from accounts.actions.set_password import set_password
from accounts.models import Letter, User
from accounts.models.letter import LetterKind
from accounts.signin import passwords
from accounts.signin.errors import LinkSpent
from accounts.signin.reset_mark import reset_mark


def reset_password(token: str, password: str) -> User:
    """Set the password of who got the letter; it signs nobody in and waives no second factor.

    The link works once and only while the password it replaces still stands. Raises LinkSpent.
    """
    letter = Letter.objects.opened(token, LetterKind.RESET)
    user = User.objects.filter(email=letter.email, is_active=True).first() if letter else None
    if letter is None or user is None or letter.facts["mark"] != reset_mark(user):
        raise LinkSpent
    passwords.refuse_weak(password, user)
    if Letter.objects.take(token, LetterKind.RESET) is None:
        raise LinkSpent
    set_password(user, password)
    return user
