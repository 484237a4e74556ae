"""OrganizationKey: the key under which one organization's secrets are encrypted."""

from typing import ClassVar

from django.db import models

from accounts.models.scoped import ScopedManager, ScopedModel, ScopedQuerySet


class KeyState(models.TextChoices):
    """`replaced` keys still open what they sealed, `retired` ones have nothing left to open."""

    ACTIVE = "active", "Active"
    REPLACED = "replaced", "Being replaced"
    RETIRED = "retired", "Retired"
    DESTROYED = "destroyed", "Destroyed"


class OrganizationKeyQuerySet(ScopedQuerySet["OrganizationKey"]):
    def active(self) -> "OrganizationKeyQuerySet":
        return self.filter(state=KeyState.ACTIVE)

    def replaced(self) -> "OrganizationKeyQuerySet":
        return self.filter(state=KeyState.REPLACED)


class OrganizationKey(ScopedModel):
    """One version of an organization's data key, kept only wrapped by a master key.

    One version is active and seals; older ones open what they sealed and verify the audit log,
    for which they stay. Of a destroyed key nothing is left. `encryptions` counts what a version
    sealed, long before random nonces could meet.
    """

    version = models.PositiveSmallIntegerField(default=1)
    wrapped = models.BinaryField()
    master_key_id = models.CharField("master key", max_length=100)
    state = models.CharField(max_length=12, choices=KeyState.choices, default=KeyState.ACTIVE)
    encryptions = models.BigIntegerField(default=0)
    replaced_at = models.DateTimeField(null=True, blank=True)
    sealed_values: int  # set by reports that count them

    objects: ClassVar = ScopedManager.from_queryset(OrganizationKeyQuerySet)()

    class Meta:
        verbose_name = "encryption key"
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "version"], name="a_key_version_exists_once"
            ),
            models.UniqueConstraint(
                fields=["organization"],
                condition=models.Q(state=KeyState.ACTIVE),
                name="one_key_of_an_organization_seals",
            ),
        ]

    def __str__(self) -> str:
        return f"version {self.version}"
