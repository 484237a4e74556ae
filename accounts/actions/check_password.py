"""Judge an address and a password."""

from accounts.actions.note_sign_in import note_sign_in
from accounts.models import User, canonical_email
from accounts.models.sign_in_event import SignInOutcome
from accounts.signin import counters, devices, passwords
from accounts.signin.errors import NoFit
from armproject.lib.errors import TooManyRequests


def check_password(email: str, password: str, *, device: str = "") -> User:
    """Return whose address and password these are.

    Raises NoFit or TooManyRequests, alike for people who exist, who do not, who are suspended and
    who have no password. `device` is the mark of a device the person has signed in on: strangers
    who guess elsewhere do not lock it out.
    """
    email = canonical_email(email)
    user = User.objects.filter(email=email).first()
    limits = _limits(email, devices.known(device, user))
    try:
        counters.count(*limits)
    except TooManyRequests:
        _note(user, SignInOutcome.TOO_MANY)
        raise
    if user is None or not passwords.fits(user, password):
        if user is None:
            passwords.fits(None, password)
        _note(user, SignInOutcome.WRONG_PASSWORD)
        raise NoFit
    counters.forgive(limits[0])
    return user


def _limits(email: str, device_id: str) -> list[counters.Limit]:
    if device_id:
        return [counters.device(device_id)]
    return [counters.account(email), counters.domain(email), counters.address()]


def _note(user: User | None, outcome: SignInOutcome) -> None:
    if user is not None:
        note_sign_in(user, outcome, "password")
