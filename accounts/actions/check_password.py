"""Judge an address and a password."""

from accounts.actions.note_sign_in import note_sign_in
from accounts.models import User, canonical_email
from accounts.models.sign_in_event import SignInOutcome
from accounts.signin import counters, devices, passwords
from accounts.signin.errors import NoFit
from armproject.lib.afterwards import afterwards
from armproject.lib.errors import TooManyRequests


def check_password(email: str, password: str, *, device: str = "") -> User:
    """Return whose address and password these are.

    Raises NoFit or TooManyRequests, alike for people who exist, who do not, who are suspended and
    who have no password. `device` is the mark of a device the person has signed in on: strangers
    who guess elsewhere do not lock it out. What fits counts towards no limit, so that a whole
    company may come to work behind one address.
    """
    email = canonical_email(email)
    user = User.objects.filter(email=email).first()
    limits = _limits(email, devices.known(device, user))
    try:
        counters.count(*limits)
    except TooManyRequests:
        _note(user, SignInOutcome.TOO_MANY)
        raise
    try:
        fits = passwords.fits(user, password)
    except TooManyRequests:  # turned away before anybody looked
        counters.take_back(*limits)
        raise
    if user is None or not fits:
        _note(user, SignInOutcome.WRONG_PASSWORD)
        raise NoFit
    counters.forgive(limits[0])
    counters.take_back(*limits[1:])
    return user


def _limits(email: str, device_id: str) -> list[counters.Limit]:
    if device_id:
        return [counters.device(device_id)]
    return [counters.account(email), counters.domain(email), counters.address()]


def _note(user: User | None, outcome: SignInOutcome) -> None:
    """Note it where the person belongs, once the answer is out: its time tells of nobody."""
    if user is not None:
        afterwards(lambda: note_sign_in(user, outcome, "password"))
