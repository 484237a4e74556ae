"""Remember with what a person signs in."""

from django.db import transaction
from django.utils import timezone

from accounts.actions.write_letter import write_letter
from accounts.models import KnownDevice, User
from accounts.models.letter import LetterKind
from accounts.signin import devices
from armproject.lib import context

SUBJECT = "A new device signed in to your account in ARM"


@transaction.atomic
def note_device(user: User, mark: str) -> None:
    """Remember the device of a sign-in, and write to the person if it was never seen.

    A device is known by the `mark` it carries, or by its program and its network. Nobody is
    written to about the first device of all.
    """
    theirs = KnownDevice.objects.filter(user=user)
    is_first, is_marked = not theirs.exists(), devices.is_marked(mark, user)
    if is_marked and not is_first:
        return
    about = context.current().request
    _, is_new = theirs.get_or_create(user=user, digest=devices.digest_of(user, about))
    if is_new and not is_first:
        write_letter(LetterKind.NOTICE, user.email, {"subject": SUBJECT, "lines": _lines()})


def _lines() -> list[str]:
    about = context.current().request
    return [
        "Your account was signed in to from a device it was not used on before.",
        f"Device: {devices.described(about.user_agent)}. Address: {about.address or 'unknown'}."
        f" Time: {timezone.now():%d %B %Y, %H:%M} UTC.",
        "If it was you, there is nothing to do. If it was not, end that session and set a new"
        " password under Your account, and tell an admin of your organization.",
    ]
