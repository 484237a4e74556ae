"""Passwords: compared with the same work whoever they belong to, and strong when they are new."""

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError

from accounts.models import User
from accounts.signin.gate import password_gate
from armproject.lib.errors import InvalidInput


def fits(user: User | None, password: str) -> bool:
    """Tell whether the password is this person's; nobody and people without one cost the same."""
    with password_gate.enter():
        if user is None:
            User().set_password(password)
            return False
        return user.check_password(password) and user.is_active


def refuse_weak(password: str, user: User, *, field: str = "password") -> None:
    """Refuse a password that is short, common, or like the person's own name or address."""
    try:
        password_validation.validate_password(password, user)
    except ValidationError as error:
        raise InvalidInput(
            "Choose a stronger password.", fields={field: list(error.messages)}
        ) from None


def hashed(password: str) -> str:
    """Return what is kept of a new password."""
    with password_gate.enter():
        person = User()
        person.set_password(password)
        return person.password
