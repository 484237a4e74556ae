"""What every tenant row has in common."""

from typing import TYPE_CHECKING, Any, TypeVar

from django.db import models
from django.db.models.functions import Now

from accounts.fence import CurrentOrganization, current_organization_id
from accounts.models.organization import Organization
from armproject.lib.ids import uuid7

Row_co = TypeVar("Row_co", bound=models.Model, covariant=True)


class ScopedQuerySet(models.QuerySet[Row_co]):
    """Questions about one organization's rows."""


class ScopedManager(models.Manager[Row_co]):
    """Shows the rows of the call's organization and no others: the first wall of the fence."""

    def get_queryset(self) -> models.QuerySet[Row_co]:
        return super().get_queryset().filter(organization_id=CurrentOrganization())


class TenantForeignKey(models.ForeignKey[Any, Any]):
    """A link between two rows of the same tenant.

    The database enforces it together with the organization (see `Isolate`), so a row can never
    point at another tenant's row; the plain single-column constraint would allow that.
    """

    def __init__(self, to: Any, on_delete: Any, **kwargs: Any) -> None:
        kwargs.setdefault("db_constraint", False)
        super().__init__(to, on_delete, **kwargs)


class ScopedModel(models.Model):
    """A row that belongs to exactly one organization."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(
        Organization,
        models.PROTECT,
        default=current_organization_id,
        editable=False,
        related_name="+",
        db_index=False,
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    if not TYPE_CHECKING:  # the type checker sees the manager each row declares for itself
        objects = ScopedManager()

    class Meta:
        abstract = True
