"""Take the second factor off one's account."""

from accounts.actions.check_code import check_code
from accounts.actions.check_password import check_password
from accounts.actions.write_letter import write_letter
from accounts.models import User
from accounts.models.letter import LetterKind
from accounts.signin import second_factor
from accounts.signin.places import in_each
from armproject.lib.audit import record
from armproject.lib.errors import Conflict

NOTICE = {
    "subject": "The second factor of your account in ARM was removed",
    "lines": ["Signing in asks for no code any more. If it was not you, tell an admin at once."],
}


def remove_second_factor(user: User, *, password: str, code: str) -> None:
    """Remove a person's second factor; they prove the password and the factor itself."""
    if not second_factor.is_enrolled(user.pk):
        raise Conflict("Your account has no second factor.")
    if user.has_usable_password():
        check_password(user.email, password)
    check_code(user, code)
    second_factor.forget(user)
    in_each(user, lambda: record("people.remove_second_factor", user))
    write_letter(LetterKind.NOTICE, user.email, NOTICE)
