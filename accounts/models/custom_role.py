"""CustomRole: a role an organization made for itself, beside those everybody has."""

from typing import ClassVar

from django.db import models

from accounts.models.scoped import ScopedManager, ScopedModel, ScopedQuerySet
from accounts.roles import PERMISSIONS


class CustomRoleQuerySet(ScopedQuerySet["CustomRole"]):
    """Questions about an organization's own roles."""


class CustomRole(ScopedModel):
    """A name and the permissions whoever has this role holds."""

    name = models.CharField(max_length=60)
    permissions = models.JSONField(default=list)

    objects: ClassVar = ScopedManager.from_queryset(CustomRoleQuerySet)()

    class Meta:
        ordering = ["name"]
        verbose_name = "role"
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"], name="a_role_has_a_name_of_its_own"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def rights(self) -> frozenset[str]:
        """What the role may do; permissions that are no more are left out."""
        return PERMISSIONS & frozenset(self.permissions)
