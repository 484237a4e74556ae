"""Send a letter."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from uuid import UUID

from django.db.models.functions import Now
from django.utils import timezone

from accounts.fence import fenced
from accounts.models import Letter
from accounts.signin.letters import compose


def send_letter(
    letter_id: UUID, finish: Callable[[], AbstractContextManager[None]] = fenced
) -> None:
    """Send a letter, unless it was sent, its link is too old, or there is nothing to tell."""
    waiting = Letter.objects.filter(pk=letter_id, sent_at=None, expires_at__gt=timezone.now())
    letter = waiting.first()
    with fenced():
        mail = compose(letter) if letter is not None else None
    if mail is not None:
        mail.send()
    with finish():
        Letter.objects.filter(pk=letter_id).update(sent_at=Now())
