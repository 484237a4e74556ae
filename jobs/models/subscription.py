"""Subscription: who outside hears of what happens here."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.db import connection as database
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.fence import current_organization_id
from accounts.models import ScopedManager, ScopedModel, ScopedQuerySet, SealedField
from accounts.sealing import seal, unseal
from armproject.lib.errors import Conflict
from armproject.lib.http import Reach
from armproject.lib.secret import Secret
from jobs.settled import settled_until
from jobs.sinks import Way

MORE = """
SELECT EXISTS (
  SELECT FROM jobs_outboxevent WHERE organization_id = %(organization)s
     AND (xid, number) > (%(xid)s::text::xid8, %(number)s)
     AND jsonb_exists(%(topics)s::jsonb, topic))
"""
# Asked with each batch of telemetry: to have it written anew would take longer than the answer.
HEARD = """
SELECT DISTINCT jsonb_array_elements_text(topics) FROM jobs_subscription
 WHERE organization_id = %s AND state <> %s
"""
# For so long the secret before the present one still counts.
OVERLAP = timedelta(hours=24)


class SubscriptionState(models.TextChoices):
    ON = "on", "On"
    PAUSED = "paused", "Paused"
    OFF = "off", "Off"


class SubscriptionQuerySet(ScopedQuerySet["Subscription"]):
    def on(self) -> "SubscriptionQuerySet":
        return self.filter(state=SubscriptionState.ON)

    def listening(self) -> "SubscriptionQuerySet":
        """Return those for whom news is kept: also the ones that are paused."""
        return self.exclude(state=SubscriptionState.OFF)

    def hear_of(self, topics: Sequence[str]) -> frozenset[str]:
        """Return those of these topics that somebody in the organization hears of."""
        with database.cursor() as cursor:
            cursor.execute(HEARD, [current_organization_id(), SubscriptionState.OFF])
            return frozenset(topic for (topic,) in cursor.fetchall()) & frozenset(topics)

    def wants(self, topics: Sequence[str]) -> "SubscriptionQuerySet":
        """Return those who hear of at least one of these topics."""
        return self.filter(Q(*(Q(topics__contains=[each]) for each in topics), _connector=Q.OR))


class Subscription(ScopedModel):
    """Where news of some topics goes.

    It is `on`; or `paused` by ARM after a day in which nothing arrived, when news is still kept
    for it; or `off`, when what happens passes it by. `passed_xid` and `passed_number` are up to
    where news was packed into deliveries. The address is kept sealed, because it may hold a token;
    people see its host. `lost` counts news that was dropped before it could be sent.
    """

    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=30, default="webhook")
    address_sealed = SealedField(null=True)
    address_hint = models.CharField(max_length=260, blank=True, editable=False)
    topics = models.JSONField(default=list)
    state = models.CharField(
        max_length=6, choices=SubscriptionState.choices, default=SubscriptionState.ON
    )
    secret_sealed = SealedField(null=True)
    former_sealed = SealedField(null=True)
    former_until = models.DateTimeField(null=True, blank=True, editable=False)
    passed_xid = models.BigIntegerField(default=0, editable=False)
    passed_number = models.BigIntegerField(default=0, editable=False)
    lost = models.BigIntegerField(default=0, editable=False)
    last_delivered_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_error = models.TextField(blank=True, editable=False)

    objects: ClassVar = ScopedManager.from_queryset(SubscriptionQuerySet)()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"], name="a_subscription_has_its_own_name"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_on(self) -> bool:
        return self.state == SubscriptionState.ON

    def refuse_off(self) -> None:
        """Refuse to queue what would not be sent."""
        if not self.is_on:
            raise Conflict("Switch the subscription on first; nothing is sent to it now.")

    @property
    def lane(self) -> str:
        """What its deliveries wait for: others of the organization, and nobody else's.

        By host, one organization could take all hands with as many names as it likes, and at a
        host that many use the place of the others.
        """
        return f"{self.kind}:{self.organization_id}"[:60]

    @property
    def way(self) -> Way:
        """What is needed to send there, without the row."""
        secrets = [self._open("secret_sealed")]
        if self.former_sealed and self.former_until and self.former_until > timezone.now():
            secrets.append(self._open("former_sealed"))
        reach = Reach(frozenset(self.organization.allowed_hosts))
        return Way(self._open("address_sealed"), tuple(secrets), reach, self.pk)

    @property
    def wanted(self) -> dict[str, Any]:
        """What a statement needs to know to find the news it has not passed yet."""
        return {
            "organization": self.organization_id,
            "xid": str(self.passed_xid),
            "number": self.passed_number,
            "topics": json.dumps(self.topics),
        }

    def has_more(self) -> bool:
        """Tell whether there is news it has not passed, some of which may yet have to wait."""
        with database.cursor() as cursor:
            cursor.execute(MORE, self.wanted)
            return bool(cursor.fetchone()[0])

    def start_here(self) -> None:
        """Pass all that is committed; what is under way happens from now on. The caller saves."""
        self.passed_xid, self.passed_number = settled_until(), 0

    def lead_to(self, address: Secret) -> None:
        """Seal the address into this row; the caller saves."""
        self.address_sealed = self._seal(address, "address_sealed")
        self.address_hint = urlsplit(address.reveal()).netloc.rpartition("@")[2][:260]

    def sign_with(self, secret: Secret) -> None:
        """Seal a new secret; the present one counts for another day. The caller saves."""
        if self.secret_sealed:
            self.former_sealed = self._seal(self._open("secret_sealed"), "former_sealed")
            self.former_until = timezone.now() + OVERLAP
        self.secret_sealed = self._seal(secret, "secret_sealed")

    def _seal(self, secret: Secret, column: str) -> bytes:
        return seal(secret, table=self._meta.db_table, row_id=self.pk, column=column)

    def _open(self, column: str) -> Secret:
        sealed = getattr(self, column)
        if sealed is None:
            return Secret("")
        return unseal(bytes(sealed), table=self._meta.db_table, row_id=self.pk, column=column)
