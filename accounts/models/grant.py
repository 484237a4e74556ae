"""Grant: one thing that may be done with one row, by a person or by everybody in a role."""

from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Exists, OuterRef, Q
from guardian.managers import UserObjectPermissionManager
from guardian.models import UserObjectPermissionAbstract

from accounts.models.custom_role import CustomRole
from accounts.models.membership import Membership
from accounts.models.scoped import ScopedManager, ScopedModel, TenantForeignKey
from accounts.roles import Role

Holder = Membership | CustomRole | str


class GrantManager(UserObjectPermissionManager, ScopedManager["Grant"]):
    """guardian's verbs over the rows of the call's organization."""

    def reaching(self, user_id: UUID) -> "models.QuerySet[Grant]":
        """Return what the person was granted themselves, and what their role was."""
        mine = Membership.objects.filter(user_id=user_id)
        same = (Q(role=OuterRef("role")) & ~Q(role="")) | Q(custom_role_id=OuterRef("custom_role"))
        return self.get_queryset().filter(Q(user_id=user_id) | Exists(mine.filter(same)))

    def held_by(self, holder: Holder) -> "models.QuerySet[Grant]":
        """Return what was granted to exactly this holder."""
        return self.get_queryset().filter(**whom(holder))

    def give(self, holder: Holder, permission: str, row: ScopedModel) -> "Grant":
        kind = ContentType.objects.get_for_model(row)
        named = Permission.objects.get(content_type=kind, codename=permission)
        given = {"permission": named, "content_type": kind, "object_pk": str(row.pk)}
        grant: Grant = self.create(**given, **whom(holder))
        return grant


class Grant(UserObjectPermissionAbstract, ScopedModel):
    """The exception to the matrix: `permission` on the row `object_pk`, and on no other.

    One person has it (`user`), or everybody in a role: one that every organization has (`role`)
    or one of its own (`custom_role`). guardian's own table knows no organization; this one stands
    behind both walls. Where the row is gone, its grants open nothing.
    """

    user = models.ForeignKey(  # type: ignore[assignment]
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+"
    )
    role = models.CharField(max_length=20, choices=Role.choices, blank=True)
    custom_role = TenantForeignKey(
        CustomRole, models.CASCADE, null=True, blank=True, related_name="grants"
    )

    objects: ClassVar = GrantManager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "user", "permission", "object_pk"],
                name="a_grant_is_given_once",
            ),
            models.UniqueConstraint(
                fields=["organization", "role", "permission", "object_pk"],
                condition=~Q(role=""),
                name="a_role_is_granted_once",
            ),
            models.UniqueConstraint(
                fields=["organization", "custom_role", "permission", "object_pk"],
                name="an_own_role_is_granted_once",
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=False, role="", custom_role=None)
                | (Q(user=None, custom_role=None) & ~Q(role=""))
                | Q(user=None, role="", custom_role__isnull=False),
                name="a_grant_has_exactly_one_holder",
            ),
        ]
        indexes = [models.Index(fields=["organization", "content_type", "object_pk"])]

    if TYPE_CHECKING:
        permission: Any
        object_pk: str
        content_type: ContentType

    def __str__(self) -> str:
        return f"{self.name} for {self.holder}"

    @property
    def name(self) -> str:
        """The permission by its name in the matrix."""
        return str(self.permission.codename)

    @property
    def role_name(self) -> str:
        """The role that holds it; empty where a person does."""
        return str(self.custom_role or self.get_role_display())

    @property
    def why(self) -> str:
        """Why it reaches a member."""
        return f"granted to the role {self.role_name}" if self.role_name else "granted to them"

    @property
    def holder(self) -> str:
        """Who has it, in words."""
        return str(self.user or f"everybody in the role {self.role_name}")


def whom(holder: Holder) -> dict[str, Any]:
    """Return the columns that name the holder."""
    if isinstance(holder, Membership):
        return {"user_id": holder.user_id}
    if isinstance(holder, CustomRole):
        return {"custom_role": holder}
    return {"role": holder}
