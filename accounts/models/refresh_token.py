"""RefreshToken: renews the access of a program's session, once."""

import secrets
from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models.api_key import digest
from armproject.lib.secret import Secret

PREFIX = "arm_rt_"
LIFE = timedelta(days=14)


class RefreshTokenQuerySet(models.QuerySet["RefreshToken"]):
    def take(self, token: str) -> bool:
        """Use the token up; of several who try at once, one is told True."""
        now = timezone.now()
        live = self.filter(digest=digest(token), used_at=None, expires_at__gt=now)
        return live.update(used_at=now) == 1

    def use_up(self, session_key: str | None) -> int:
        """Use up what a session holds; its line of tokens goes on with the next one alone."""
        open_ones = self.filter(session__session_key=session_key, used_at=None)
        return open_ones.update(used_at=timezone.now())


class RefreshToken(models.Model):
    """256 random bits of which a digest is kept; used once, and twice only by a thief."""

    session = models.ForeignKey("usersessions.UserSession", models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = RefreshTokenQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Refresh token {self.pk}"

    def draw(self) -> Secret:
        """Give the row a fresh token and return it, this once."""
        token = f"{PREFIX}{secrets.token_urlsafe(32)}"
        self.digest, self.expires_at = digest(token), timezone.now() + LIFE
        return Secret(token)
