"""IdentityProvider: where an organization's people sign in when they do not sign in here."""

from typing import ClassVar
from uuid import UUID

from django.db import models

from accounts.models.scoped import ScopedManager, ScopedModel, ScopedQuerySet
from accounts.models.sealed_field import SealedField
from accounts.roles import Role


class IdentityProviderQuerySet(ScopedQuerySet["IdentityProvider"]):
    def active(self) -> "IdentityProviderQuerySet":
        return self.filter(is_active=True)

    def usable(self) -> "IdentityProviderQuerySet":
        """Return those by which somebody can sign in: they are on and speak for a domain."""
        return self.active().exclude(domains=[])


class IdentityProvider(ScopedModel):
    """An OpenID provider of the organization's own; it vouches for people of its domains only.

    Whoever it vouches for is signed in to this organization and to no other, because other
    organizations did not choose to trust it.
    """

    name = models.CharField(max_length=80)
    issuer = models.CharField(max_length=500)
    client_id = models.CharField(max_length=200)
    client_secret_sealed = SealedField(null=True)
    domains = models.JSONField(default=list, blank=True)
    default_role = models.CharField(max_length=20, choices=Role.choices, default=Role.VIEWER)
    is_active = models.BooleanField(default=True)

    objects: ClassVar = ScopedManager.from_queryset(IdentityProviderQuerySet)()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def slug(self) -> str:
        """Return how addresses name it: its organization and itself."""
        return f"{self.organization.pk.hex}-{self.pk.hex}"


def parts_of(slug: str) -> tuple[UUID, UUID] | None:
    """Return the organization and the provider a slug names, or None."""
    organization, _, provider = slug.partition("-")
    try:
        return UUID(hex=organization), UUID(hex=provider)
    except ValueError:
        return None
