"""Between the password and the code: a signed note that the first proof was given."""

from django.core import signing
from django.utils.crypto import salted_hmac

from accounts.models import User
from accounts.signin.errors import WrongCode

SALT = "arm.waiting-for-code"
SECONDS = 300


def note_for(user: User, method: str) -> str:
    """Return the note: it lives five minutes, and only as long as the password stands."""
    return signing.dumps([str(user.pk), _mark(user), method], salt=SALT)


def read(note: str) -> tuple[User, str]:
    """Return who waits and by which method they came; raises WrongCode."""
    try:
        user_id, mark, method = signing.loads(note, salt=SALT, max_age=SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        raise WrongCode from None
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None or mark != _mark(user):
        raise WrongCode
    return user, str(method)


def _mark(user: User) -> str:
    return salted_hmac(SALT, user.password, algorithm="sha256").hexdigest()[:16]
