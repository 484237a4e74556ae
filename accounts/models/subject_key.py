"""SubjectKey: what an organization's log says of a person can be read with it, and only with it."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from accounts.models.scoped import ScopedManager, ScopedModel
from accounts.models.sealed_field import SealedField
from armproject.lib.crypto import Purpose


class SubjectKey(ScopedModel):
    """A person's own key in one organization, sealed under the organization's key.

    Erasing the person empties it. Whatever was written under it stays where it is, byte for byte,
    and says nothing any more.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    sealed = SealedField(null=True, purpose=Purpose.CONTENT)
    destroyed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar = ScopedManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "user"],
                condition=models.Q(destroyed_at=None),
                name="a_person_has_one_living_key",
            ),
        ]

    def __str__(self) -> str:
        return f"key of a person {self.user_id}"
