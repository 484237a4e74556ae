"""Boxes of memories under a passphrase: bound to their row, with guesses counted."""

from uuid import UUID

from django.conf import settings

from accounts.fence import current_organization_id
from armproject.lib.errors import Forbidden, InvalidInput, TooManyRequests
from armproject.lib.limits import Bucket
from armproject.lib.limits.in_process import ProcessStore
from armproject.lib.secret import Secret
from memory import secret_box

SHORTEST, LONGEST = 8, 1_000
GUESSES, SECONDS = 10, 900
# In this process's memory, each with its share: what a wrong try takes back does not take it back.
_tries = ProcessStore(settings.ARM_WEB_PROCESSES)
WRONG = "This passphrase does not open it."


def clean_passphrase(told: str) -> Secret:
    """Return a passphrase that is fit to lock something with."""
    if not SHORTEST <= len(told) <= LONGEST:
        problem = f"Choose a passphrase of {SHORTEST} to {LONGEST:,} characters."
        raise InvalidInput(problem, fields={"passphrase": [problem]})
    return Secret(told)


def shut(text: str, passphrase: Secret, memory_id: UUID) -> str:
    """Return the text in a box that only this passphrase opens, and only in this memory."""
    return secret_box.shut(text, passphrase, _place(memory_id))


def opened(box: str, passphrase: Secret, memory_id: UUID) -> str:
    """Return what is in a memory's box; each try counts before it is judged.

    Raises Forbidden for a wrong passphrase, and TooManyRequests after ten tries within a quarter
    of an hour, right ones among them.
    """
    bucket = Bucket(f"passphrase:{current_organization_id()}:{memory_id}", GUESSES, SECONDS)
    is_allowed, _ = _tries.take((bucket,), 1)
    if not is_allowed:
        error = TooManyRequests("Too many passphrases were tried. Wait some minutes.")
        error.retry_after = SECONDS // GUESSES
        raise error
    try:
        return secret_box.opened(box, passphrase, _place(memory_id))
    except secret_box.WrongPassphrase:
        raise Forbidden(WRONG) from None


def _place(memory_id: UUID) -> str:
    return f"arm|memory|{current_organization_id()}|{memory_id}"
