"""VendorCount: how many agents the inventory shows of one vendor, kept exact by the database."""

from django.db import models

from accounts.models import ScopedModel


class VendorCount(ScopedModel):
    """How many agents of a vendor are in the inventory and present.

    A trigger on the agents keeps it, in the transaction of each change, so that no list counts.
    """

    vendor = models.CharField(max_length=20)
    present = models.IntegerField()

    class Meta:
        ordering = ["vendor"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "vendor"], name="a_vendor_is_counted_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.vendor}: {self.present}"
