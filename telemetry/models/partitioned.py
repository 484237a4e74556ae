"""Rows by the million, in a table of one partition a day."""

from django.db import models

from accounts.fence import current_organization_id
from accounts.models import Organization, ScopedModel


class PartitionedModel(ScopedModel):
    """A row of a table that is partitioned by the day.

    Its true key holds the day, too. There are no foreign keys, because each would cost every
    arriving row a look-up.
    """

    organization = models.ForeignKey(
        Organization,
        models.DO_NOTHING,
        default=current_organization_id,
        editable=False,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )

    class Meta:
        abstract = True
