"""Register an account."""

from accounts.actions.write_letter import write_letter
from accounts.models import User, canonical_email
from accounts.models.letter import LetterKind
from accounts.signin import counters, passwords


def register(email: str, password: str, *, name: str = "") -> None:
    """Note a wish for an account and write to the address; nothing exists until it is confirmed.

    The answer and the work are the same for addresses that have an account: only the mail differs.
    """
    email = canonical_email(email)
    counters.count(counters.letters(email), counters.address())
    passwords.refuse_weak(password, User(email=email, name=name))
    kept = {"name": name, "password": passwords.hashed(password)}
    write_letter(LetterKind.CONFIRM, email, kept)
