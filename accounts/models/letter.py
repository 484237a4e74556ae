"""Letter: something to be told by mail, perhaps with a link that works once."""

from datetime import timedelta
from typing import ClassVar

from django.core import signing
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from armproject.lib.ids import uuid7
from armproject.lib.secret import Secret

SALT = "arm.letter"
LIFE = timedelta(minutes=30)


class LetterKind(models.TextChoices):
    CONFIRM = "confirm", "Confirm an account"
    RESET = "reset", "Set a new password"
    NOTICE = "notice", "Notice"


class LetterQuerySet(models.QuerySet["Letter"]):
    def take(self, token: str, kind: str) -> "Letter | None":
        """Use up the link of a letter; of several who try at once, one gets the letter."""
        letter = self.opened(token, kind)
        if letter is None or not self.filter(pk=letter.pk, used_at=None).update(used_at=Now()):
            return None
        return letter

    def opened(self, token: str, kind: str) -> "Letter | None":
        """Return the letter whose link this is, if it may still be used."""
        try:
            letter_id = signing.loads(token, salt=f"{SALT}.{kind}")
        except signing.BadSignature:
            return None
        fresh = self.filter(pk=letter_id, kind=kind, used_at=None, expires_at__gt=timezone.now())
        return fresh.first()


class Letter(models.Model):
    """The link's token is derived from the row when the mail is sent; it is stored nowhere.

    `facts` is what the letter is about: for an account to be confirmed, its name and the digest
    of its password.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=10, choices=LetterKind.choices)
    email = models.EmailField()
    facts = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = LetterQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.get_kind_display()} to {self.email}"

    def token(self) -> Secret:
        """Return what the link in the mail carries."""
        return Secret(signing.dumps(str(self.pk), salt=f"{SALT}.{self.kind}"))
