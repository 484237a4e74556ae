"""Write to somebody by mail."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from accounts.fence import acting, fenced
from accounts.models import Letter
from accounts.models.letter import LIFE, LetterKind
from accounts.permissions import system
from accounts.signals import letter_written
from armproject.lib.errors import Unavailable


def write_letter(kind: LetterKind, email: str, facts: Mapping[str, Any] | None = None) -> Letter:
    """Write a letter to one address and ask for it to be sent.

    Whether there is anything to tell is judged when it is sent, so that asking takes the same
    time for everybody. The work is carried by the organization that was founded first, which is
    that of the people who run this installation.
    """
    with acting(system("sign-in"), _carrier(), frozenset()), fenced():
        letter = Letter.objects.create(
            kind=kind, email=email, facts=dict(facts or {}), expires_at=timezone.now() + LIFE
        )
        letter_written.send(
            sender=Letter, kind="accounts.send_letter", args={"letter": str(letter.pk)}
        )
    return letter


def _carrier() -> UUID:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM arm_organizations() ORDER BY id LIMIT 1")
        found = cursor.fetchone()
    if found is None:
        raise Unavailable("Nobody has founded an organization here yet; create_owner does.")
    organization_id: UUID = found[0]
    return organization_id
