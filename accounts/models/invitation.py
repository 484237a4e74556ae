"""Invitation: somebody is asked by mail to join the organization."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.core import signing
from django.db import models

from accounts.models.membership import Membership
from accounts.models.scoped import ScopedManager, ScopedModel, ScopedQuerySet
from accounts.roles import Role, rights_of
from armproject.lib.secret import Secret

SALT = "arm.invitation"
LIFE = timedelta(days=7)


class InvitationQuerySet(ScopedQuerySet["Invitation"]):
    def open(self) -> "InvitationQuerySet":
        return self.filter(accepted_at=None, revoked_at=None)


class Invitation(ScopedModel):
    """Open until it is accepted, revoked or too old.

    Its link is derived when the mail is sent; sending it anew (`edition`) ends the former link.
    """

    email = models.EmailField()
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.MEMBER)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", editable=False
    )
    edition = models.PositiveIntegerField(default=1, editable=False)
    expires_at = models.DateTimeField(editable=False)
    sent_at = models.DateTimeField(null=True, blank=True, editable=False)
    accepted_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar = ScopedManager.from_queryset(InvitationQuerySet)()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "email"],
                condition=models.Q(accepted_at=None, revoked_at=None),
                name="an_address_is_invited_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.email} ({self.get_role_display()})"

    def token(self) -> Secret:
        """Return what the link in the mail carries."""
        parts = [str(self.organization_id), str(self.pk), self.edition]
        return Secret(signing.dumps(parts, salt=SALT))

    def is_backed(self) -> bool:
        """Tell whether who sent it may still give this role; asked inside the fence.

        What the system itself sent needs nobody.
        """
        if self.invited_by_id is None:
            return True
        members = Membership.objects.select_related("custom_role", "user")
        sender = members.filter(user_id=self.invited_by_id, user__is_active=True).first()
        if sender is None or "members.write" not in sender.rights:
            return False
        is_theirs_to_give = self.role != Role.OWNER or sender.role == Role.OWNER
        return is_theirs_to_give and rights_of(self.role) <= sender.rights

    def state(self, now: datetime) -> str:
        """Return what became of it, in one word."""
        if self.accepted_at:
            return "accepted"
        if self.revoked_at:
            return "revoked"
        return "open" if self.expires_at > now else "expired"
