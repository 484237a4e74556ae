"""Devices that have signed in before carry a signed mark.

It keeps their owner from being locked out by strangers who guess elsewhere.
"""

import secrets

from django.conf import settings
from django.core import signing

from accounts.models import User

COOKIE = "__Host-arm-device" if settings.SECURE else "arm-device"
SALT = "arm.device"
SECONDS = 180 * 24 * 60 * 60


def mark_for(user: User) -> str:
    """Return a fresh mark for a device on which this person has just signed in."""
    return signing.dumps([str(user.pk), secrets.token_hex(8)], salt=SALT)


def known(mark: str, user: User | None) -> str:
    """Return the id of the device if the mark is this person's, else nothing."""
    try:
        owner, device_id = signing.loads(mark, salt=SALT, max_age=SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return ""
    return str(device_id) if user is not None and owner == str(user.pk) else ""
