"""Ask for a new password."""

from accounts.actions.write_letter import write_letter
from accounts.models import User, canonical_email
from accounts.models.letter import LetterKind
from accounts.signin import counters
from accounts.signin.reset_mark import reset_mark


def ask_for_password(email: str) -> None:
    """Write a letter with a link for a new password; who has no account hears nothing.

    The answer and the work are the same for everybody.
    """
    email = canonical_email(email)
    counters.count(counters.letters(email), counters.address())
    user = User.objects.filter(email=email).first()
    write_letter(LetterKind.RESET, email, {"mark": reset_mark(user)})
