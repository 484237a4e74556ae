"""Give a person a new password."""

from django.db import transaction

from accounts.actions.end_sessions import end_sessions
from accounts.actions.write_letter import write_letter
from accounts.models import User
from accounts.models.letter import LetterKind
from accounts.signin import counters, passwords
from accounts.signin.places import in_each
from armproject.lib.audit import record

NOTICE = {
    "subject": "Your password in ARM was changed",
    "lines": [
        "The password of your account was changed, and your other sessions ended.",
        "If it was not you, ask for a new password and tell an admin of your organization.",
    ],
}


def set_password(user: User, password: str, *, except_key: str = "") -> None:
    """Set a strong new password, end the person's other sessions and tell them by mail."""
    passwords.refuse_weak(password, user)
    user.password = passwords.hashed(password)
    with transaction.atomic():
        user.save(update_fields=["password"])
        in_each(user, lambda: record("people.set_password", user))
        end_sessions(user, except_key=except_key)
        write_letter(LetterKind.NOTICE, user.email, NOTICE)
    counters.forgive(counters.account(user.email))
