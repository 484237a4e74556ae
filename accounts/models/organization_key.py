"""OrganizationKey: the key under which one organization's secrets are encrypted."""

from django.db import models

from accounts.models.scoped import ScopedModel


class OrganizationKey(ScopedModel):
    """A data key, kept only wrapped by a master key; one version is active at a time."""

    version = models.PositiveSmallIntegerField(default=1)
    wrapped = models.BinaryField()
    master_key_id = models.CharField(max_length=100)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "version"], name="a_key_version_exists_once"
            ),
        ]

    def __str__(self) -> str:
        return f"key {self.version} of {self.organization_id}"
