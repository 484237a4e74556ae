"""What jobs do on news from below."""

from collections.abc import Mapping
from typing import Any

from django.dispatch import receiver

from accounts.signals import letter_written
from jobs.actions.enqueue import enqueue


@receiver(letter_written)
def on_letter_written(*, kind: str, args: Mapping[str, Any], **_: object) -> None:
    enqueue(kind, args)
