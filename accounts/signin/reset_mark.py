"""The mark that binds a reset link to the password it replaces."""

from django.utils.crypto import salted_hmac

from accounts.models import User


def reset_mark(user: User | None) -> str:
    """Return a mark of the person's present password: it changes with the password."""
    known = f"{user.pk}|{user.password}" if user is not None else ""
    return salted_hmac("arm.password-reset", known, algorithm="sha256").hexdigest()
