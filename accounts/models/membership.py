"""Membership: a person in an organization, and their role there."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from accounts.models.scoped import ScopedManager, ScopedModel, ScopedQuerySet
from accounts.roles import Role


class MembershipQuerySet(ScopedQuerySet["Membership"]):
    def owners(self) -> "MembershipQuerySet":
        return self.filter(role=Role.OWNER)


class Membership(ScopedModel):
    """A person in an organization, and what they may do there."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.MEMBER)

    objects: ClassVar = ScopedManager.from_queryset(MembershipQuerySet)()

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "user"], name="a_person_joins_an_organization_once"
            ),
        ]
        indexes = [models.Index(fields=["user", "organization"])]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()})"
