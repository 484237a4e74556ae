"""Invitation: somebody is asked by mail to join the organization."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.core import signing
from django.db import models

from accounts.models.custom_role import CustomRole
from accounts.models.membership import Membership
from accounts.models.scoped import ScopedManager, ScopedModel, ScopedQuerySet, TenantForeignKey
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
    It is for a role everybody has, or (`role` is empty) for one of the organization's own.
    """

    email = models.EmailField()
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.MEMBER, blank=True)
    custom_role = TenantForeignKey(
        CustomRole, models.SET_NULL, null=True, blank=True, related_name="invitations"
    )
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
            ),
            # A closed invitation outlives the organization's own role it was for.
            models.CheckConstraint(
                condition=(models.Q(role="") ^ models.Q(custom_role=None))
                | (
                    models.Q(role="", custom_role=None)
                    & (models.Q(accepted_at__isnull=False) | models.Q(revoked_at__isnull=False))
                ),
                name="an_invitation_is_for_one_role",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} ({self.role_name})"

    @property
    def role_name(self) -> str:
        return str(self.custom_role or self.get_role_display() or "a role that is no more")

    @property
    def given(self) -> str | CustomRole:
        """The role that whoever accepts will have."""
        return self.custom_role or self.role

    @property
    def label_in_log(self) -> str:
        """The log outlives the address, which is only in this row and is erased with it."""
        return f"Invitation as {self.get_role_display().lower()}"

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
        own = self.custom_role.permissions if self.custom_role else None
        is_theirs_to_give = self.role != Role.OWNER or sender.role == Role.OWNER
        return is_theirs_to_give and rights_of(self.role, own) <= sender.rights

    def state(self, now: datetime) -> str:
        """Return what became of it, in one word."""
        if self.accepted_at:
            return "accepted"
        if self.revoked_at:
            return "revoked"
        return "open" if self.expires_at > now else "expired"
