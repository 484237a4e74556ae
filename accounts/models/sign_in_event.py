"""SignInEvent: one attempt to sign in, or what became of a session."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from accounts.models.scoped import ScopedManager, ScopedModel, ScopedQuerySet
from armproject.lib import context


class SignInOutcome(models.TextChoices):
    SIGNED_IN = "signed_in", "Signed in"
    WRONG_PASSWORD = "wrong_password", "Wrong password"
    WRONG_CODE = "wrong_code", "Wrong code"
    TOO_MANY = "too_many", "Too many attempts"
    TOKEN_REUSED = "token_reused", "Old token used again"
    CONFIRMED = "confirmed", "Confirmed again"
    SIGNED_OUT = "signed_out", "Signed out"


class SignInEventQuerySet(ScopedQuerySet["SignInEvent"]):
    def visible(self) -> "SignInEventQuerySet":
        """Return one's own, or everybody's where one may read the audit log."""
        now = context.current()
        if "audit.read" in now.rights:
            return self
        user_id = now.principal.user_id if now.principal else None
        return self.filter(user_id=user_id) if user_id else self.none()


class SignInEvent(ScopedModel):
    """Who came to the gate, when, from where, how, and what came of it.

    An attempt at an account is told to every organization the person belongs to.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    outcome = models.CharField(max_length=20, choices=SignInOutcome.choices)
    method = models.CharField(max_length=60, blank=True)
    address = models.CharField(max_length=45, blank=True)
    user_agent = models.CharField(max_length=200, blank=True)

    objects: ClassVar = ScopedManager.from_queryset(SignInEventQuerySet)()

    class Meta:
        verbose_name = "sign-in"
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["organization", "-created_at"])]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_outcome_display()}"
