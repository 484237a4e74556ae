"""Channel: a way to tell somebody."""

from typing import ClassVar
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models

from accounts.models import ScopedManager, ScopedModel, ScopedQuerySet, SealedField
from accounts.sealing import seal, unseal
from armproject.lib.http import Reach
from armproject.lib.secret import Secret
from governance.sending import Address, ChannelKind


class ChannelQuerySet(ScopedQuerySet["Channel"]):
    def default(self) -> "ChannelQuerySet":
        """Return the channels that hear of everything no rule names recipients for."""
        return self.filter(is_default=True)


class Channel(ScopedModel):
    """A way to tell somebody: mailboxes, a webhook, a chat, a pager.

    A webhook's address and a service's key are secrets and kept sealed; people see only a hint.
    `verified_at` is when a test message last arrived, `last_error` why the last message did not.
    """

    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=12, choices=ChannelKind.choices)
    emails = models.JSONField(default=list, blank=True)
    target_sealed = SealedField(null=True)
    target_hint = models.CharField(max_length=260, blank=True, editable=False)
    signing_sealed = SealedField(null=True)
    is_default = models.BooleanField(default=False)
    verified_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_error = models.TextField(blank=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects: ClassVar = ScopedManager.from_queryset(ChannelQuerySet)()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"], name="a_channel_has_its_own_name"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def leads_to(self) -> str:
        """Where messages go, as far as people may see it."""
        return ", ".join(self.emails) if self.kind == ChannelKind.EMAIL else self.target_hint

    @property
    def lane(self) -> str:
        """What messages to this channel wait for: the mail server, a host, a service."""
        if self.kind == ChannelKind.WEBHOOK:
            return f"webhook:{self.target_hint}"[:60]
        return f"channel:{self.kind}"

    def keep_target(self, target: Secret) -> None:
        """Seal the address or key into this row; the caller saves."""
        self.target_sealed = self._seal(target, "target_sealed")
        host = urlsplit(target.reveal()).netloc if "://" in target.reveal() else ""
        self.target_hint = host[:260] or target.hint

    def keep_signing(self, secret: Secret) -> None:
        """Seal the secret that signs webhooks into this row; the caller saves."""
        self.signing_sealed = self._seal(secret, "signing_sealed")

    def address(self) -> Address:
        """Open what the way out needs, without the row."""
        return Address(
            kind=self.kind,
            emails=tuple(self.emails),
            target=self._open("target_sealed"),
            signing=self._open("signing_sealed"),
            reach=Reach(frozenset(self.organization.allowed_hosts)),
        )

    def _seal(self, secret: Secret, column: str) -> bytes:
        return seal(secret, table=self._meta.db_table, row_id=self.pk, column=column)

    def _open(self, column: str) -> Secret | None:
        sealed = getattr(self, column)
        if sealed is None:
            return None
        return unseal(bytes(sealed), table=self._meta.db_table, row_id=self.pk, column=column)
