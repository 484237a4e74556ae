"""ApiKey: a program's way in, never stronger than the person it belongs to."""

import hashlib
import secrets
import string
import zlib
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models

from accounts.models.scoped import (
    ScopedManager,
    ScopedModel,
    ScopedQuerySet,
    TenantForeignKey,
)
from armproject.lib.secret import Secret

PREFIX = "arm_sk_live_"
SECRET_LENGTH = 43
CHECKSUM_LENGTH = 6
DIGITS = string.digits + string.ascii_letters


def digest(token: str) -> str:
    """Return what is kept of a token; 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def checksum(text: str) -> str:
    """Return six characters by which a scanner tells a leaked key from what only looks like one."""
    number, digits = zlib.crc32(text.encode()), ""
    while len(digits) < CHECKSUM_LENGTH:
        number, digit = divmod(number, len(DIGITS))
        digits = DIGITS[digit] + digits
    return digits


def is_mistyped(token: str) -> bool:
    """Tell whether the checksum speaks against the token; keys of the first kind carry none."""
    secret = token.removeprefix(PREFIX).partition("_")[2]
    if len(secret) == SECRET_LENGTH:
        return False
    return checksum(token[:-CHECKSUM_LENGTH]) != token[-CHECKSUM_LENGTH:]


class ApiKeyQuerySet(ScopedQuerySet["ApiKey"]):
    def live(self, now: datetime) -> "ApiKeyQuerySet":
        unexpired = models.Q(expires_at=None) | models.Q(expires_at__gt=now)
        return self.filter(unexpired, revoked_at=None)

    def with_issued(self, key: "ApiKey") -> "ApiKeyQuerySet":
        """Return the key and all keys that were issued with it, or with those, and so on."""
        found, fresh = {key.pk}, [key.pk]
        while fresh:
            issued = self.filter(issued_by__in=fresh).exclude(pk__in=found)
            fresh = list(issued.values_list("pk", flat=True))
            found.update(fresh)
        return self.filter(pk__in=found)


class ApiKey(ScopedModel):
    """A key `arm_sk_live_<id>_<secret>`; only a digest of it is kept.

    What it may do is its scopes cut to the present rights of its owner; no scopes, no rights.
    `addresses` are the networks it may be used from; none named, anywhere. After a rotation the
    former secret works until `former_until`.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    name = models.CharField(max_length=100)
    public_id = models.CharField(max_length=16, unique=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    former_digest = models.CharField(max_length=64, blank=True, editable=False)
    former_until = models.DateTimeField(null=True, blank=True, editable=False)
    scopes = models.JSONField(default=list, blank=True)
    addresses = models.JSONField(default=list, blank=True)
    issued_by = TenantForeignKey(
        "self", models.CASCADE, null=True, blank=True, editable=False, related_name="+"
    )
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar = ScopedManager.from_queryset(ApiKeyQuerySet)()

    class Meta:
        ordering = ["-created_at"]
        verbose_name = "API key"

    def __str__(self) -> str:
        return f"{self.name} ({PREFIX}{self.public_id}…)"

    def draw(self) -> Secret:
        """Give the key a fresh secret and return the whole token, this once."""
        self.public_id = self.public_id or secrets.token_hex(6)
        token = f"{PREFIX}{self.public_id}_{secrets.token_urlsafe(32)}"
        token += checksum(token)
        self.digest = digest(token)
        return Secret(token)

    def redraw(self, *, former_until: datetime | None) -> Secret:
        """Replace the secret; the former one works until then, or ends at once."""
        self.former_digest = self.digest if former_until is not None else ""
        self.former_until = former_until
        return self.draw()

    def is_live(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)

    def is_rotating(self, now: datetime) -> bool:
        """Tell whether the former secret still works."""
        return self.former_until is not None and self.former_until > now
