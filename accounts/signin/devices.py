"""Devices that have signed in before carry a signed mark, and are known again without one.

The mark of a device on which a password was proved keeps its owner from being locked out by
strangers who guess elsewhere; the mark that an organization's own provider led to does not, because
that provider could draw as many as it likes.
"""

import secrets

from django.conf import settings
from django.core import signing
from django.utils.crypto import salted_hmac

from accounts.models import User
from armproject.lib.context import RequestInfo
from armproject.lib.networks import neighbourhood

COOKIE = "__Host-arm-device" if settings.SECURE else "arm-device"
PROVED, VOUCHED = "arm.device", "arm.device-vouched"
SECONDS = 180 * 24 * 60 * 60
# What programs call themselves, the more special names first, and the words people know.
PROGRAMS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "Firefox/": "Firefox",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
    "curl/": "curl",
    "python": "a Python program",
}
SYSTEMS = {
    "iPhone": "an iPhone",
    "iPad": "an iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS X": "a Mac",
    "Linux": "Linux",
}


def mark_for(user: User, *, proved: bool = True) -> str:
    """Return a fresh mark for a device on which this person has just signed in."""
    salt = PROVED if proved else VOUCHED
    return signing.dumps([str(user.pk), secrets.token_hex(8)], salt=salt)


def known(mark: str, user: User | None) -> str:
    """Return the id of the device if the mark is this person's and was proved, else nothing."""
    return _read(mark, user, PROVED)


def is_marked(mark: str, user: User) -> bool:
    """Tell whether the mark is of a device on which this person has signed in by any way."""
    return bool(_read(mark, user, PROVED) or _read(mark, user, VOUCHED))


def digest_of(user: User, about: RequestInfo) -> str:
    """Return by what a device without a mark is known again: its program and its network."""
    seen = f"{user.pk}|{about.user_agent}|{neighbourhood(about.address)}"
    return salted_hmac("arm.known-device", seen, algorithm="sha256").hexdigest()


def described(user_agent: str) -> str:
    """Return a program in words of ours: what strangers call themselves stands in no letter."""
    program = next((word for sign, word in PROGRAMS.items() if sign in user_agent), "a program")
    system = next((word for sign, word in SYSTEMS.items() if sign in user_agent), "")
    return f"{program} on {system}" if system else program


def _read(mark: str, user: User | None, salt: str) -> str:
    try:
        owner, device_id = signing.loads(mark, salt=salt, max_age=SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return ""
    return str(device_id) if user is not None and owner == str(user.pk) else ""
