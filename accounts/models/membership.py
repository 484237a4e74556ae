"""Membership: a person in an organization, and their role there."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from accounts.models.custom_role import CustomRole
from accounts.models.scoped import ScopedManager, ScopedModel, ScopedQuerySet, TenantForeignKey
from accounts.roles import Role, rights_of


class MembershipQuerySet(ScopedQuerySet["Membership"]):
    def owners(self) -> "MembershipQuerySet":
        return self.filter(role=Role.OWNER)


class Membership(ScopedModel):
    """A person in an organization, and what they may do there.

    They have one of the roles everybody has, or (`role` is empty) one of the organization's own.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.MEMBER, blank=True)
    custom_role = TenantForeignKey(
        CustomRole, models.PROTECT, null=True, blank=True, related_name="members"
    )

    objects: ClassVar = ScopedManager.from_queryset(MembershipQuerySet)()

    class Meta:
        ordering = ["created_at"]
        verbose_name = "member"
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "user"], name="a_person_joins_an_organization_once"
            ),
            models.CheckConstraint(
                condition=models.Q(role="") ^ models.Q(custom_role=None),
                name="a_member_has_exactly_one_role",
            ),
        ]
        indexes = [models.Index(fields=["user", "organization"])]

    def __str__(self) -> str:
        return f"{self.user} ({self.role_name})"

    @property
    def role_name(self) -> str:
        return str(self.custom_role or self.get_role_display())

    @property
    def rights(self) -> frozenset[str]:
        """What the role may do; read inside the fence, where the organization's own roles are."""
        own = self.custom_role.permissions if self.custom_role is not None else None
        return rights_of(self.role, own)

    @property
    def is_last_owner(self) -> bool:
        """Whether nobody else owns the organization."""
        others = Membership.objects.owners().exclude(pk=self.pk)
        return self.role == Role.OWNER and not others.exists()

    def give(self, role: str | CustomRole) -> None:
        """Set the role, unsaved."""
        self.role = role if isinstance(role, str) else ""
        self.custom_role = None if isinstance(role, str) else role
