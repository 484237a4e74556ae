"""Grant: one person may do one thing with one row, whatever their role says."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.contenttypes.models import ContentType
from django.db import models
from guardian.managers import UserObjectPermissionManager
from guardian.models import UserObjectPermissionAbstract

from accounts.models.scoped import ScopedManager, ScopedModel


class GrantManager(UserObjectPermissionManager, ScopedManager["Grant"]):
    """guardian's verbs over the rows of the call's organization."""

    def allowing(self, permission: str) -> "models.QuerySet[Grant]":
        return self.get_queryset().filter(permission__codename=permission)


class Grant(UserObjectPermissionAbstract, ScopedModel):
    """The exception to a role: `permission` on the row `object_pk`, and on no other.

    guardian's own table knows no organization; this one stands behind both walls. Where the row
    is gone, its grants open nothing.
    """

    objects: ClassVar = GrantManager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "user", "permission", "object_pk"],
                name="a_grant_is_given_once",
            ),
        ]
        indexes = [models.Index(fields=["organization", "content_type", "object_pk"])]

    if TYPE_CHECKING:
        user: Any
        user_id: Any
        permission: Any
        object_pk: str
        content_type: ContentType

    def __str__(self) -> str:
        return f"{self.name} for {self.user}"

    @property
    def name(self) -> str:
        """The permission by its name in the matrix."""
        return str(self.permission.codename)
