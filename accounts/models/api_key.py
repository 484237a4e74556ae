"""ApiKey: a program's way in, never stronger than the person it belongs to."""

import hashlib
import secrets
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models

from accounts.models.scoped import ScopedManager, ScopedModel, ScopedQuerySet
from armproject.lib.secret import Secret

PREFIX = "arm_sk_live_"


def digest(token: str) -> str:
    """Return what is kept of a token; 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


class ApiKeyQuerySet(ScopedQuerySet["ApiKey"]):
    def live(self, now: datetime) -> "ApiKeyQuerySet":
        unexpired = models.Q(expires_at=None) | models.Q(expires_at__gt=now)
        return self.filter(unexpired, revoked_at=None)


class ApiKey(ScopedModel):
    """A key `arm_sk_live_<id>_<secret>`; only a digest of it is kept.

    What it may do is its scopes cut to the present rights of its owner; no scopes, no rights.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    name = models.CharField(max_length=100)
    public_id = models.CharField(max_length=16, unique=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    scopes = models.JSONField(default=list, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar = ScopedManager.from_queryset(ApiKeyQuerySet)()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.name} ({PREFIX}{self.public_id}…)"

    def draw(self) -> Secret:
        """Give the key a fresh secret and return the whole token, this once."""
        self.public_id = secrets.token_hex(6)
        token = f"{PREFIX}{self.public_id}_{secrets.token_urlsafe(32)}"
        self.digest = digest(token)
        return Secret(token)

    def is_live(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)
