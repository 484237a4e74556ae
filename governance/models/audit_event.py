"""AuditEvent: who did what, when, why and how; appended once, never changed."""

import re
from datetime import datetime, timedelta
from typing import ClassVar, Final
from uuid import UUID

from django.apps import apps
from django.db import connections, models
from django.db.models.functions import Collate

from accounts.fence import current_organization_id
from accounts.models import Organization, ScopedManager, ScopedQuerySet
from armproject.lib.ids import uuid7

HITS_MOST: Final = 1_000
NEWEST: Final = 10_000
ACTIONS_MOST: Final = 500
# An id begins with the time at which it was made, and no clock of ours is wrong by more than this.
ASTRAY: Final = timedelta(days=1)
LAST: Final = "\U0010ffff"  # sorts behind every character, so that it ends a prefix
# One index probe for each different action, however many events there are.
ACTIONS: Final = """
WITH RECURSIVE seen AS (
  (SELECT action FROM governance_auditevent WHERE organization_id = %s ORDER BY action LIMIT 1)
  UNION ALL
  SELECT (SELECT later.action FROM governance_auditevent later
          WHERE later.organization_id = %s AND later.action > seen.action
          ORDER BY later.action LIMIT 1)
  FROM seen WHERE seen.action IS NOT NULL
)
SELECT action FROM seen WHERE action IS NOT NULL LIMIT %s
"""


class AuditEventQuerySet(ScopedQuerySet["AuditEvent"]):
    def about(self, row: models.Model) -> "AuditEventQuerySet":
        """Return what happened to this row."""
        return self.filter(resource_type=row._meta.label_lower, resource_id=str(row.pk))

    def since(self, moment: datetime) -> "AuditEventQuerySet":
        """Return what happened then or later; its id keeps earlier events from being read."""
        return self.filter(at__gte=moment, pk__gte=_first_id(moment, -ASTRAY))

    def until(self, moment: datetime) -> "AuditEventQuerySet":
        """Return what happened before; its id keeps later events from being read."""
        return self.filter(at__lt=moment, pk__lt=_first_id(moment, ASTRAY))

    def found(self, text: str) -> "AuditEventQuerySet":
        """Return events by words of their action, or how their actor's or row's name begins.

        Where neither finds anything, `text` may be the whole id of a row, or of a request or trace
        of the newest NEWEST events. Each step is an index scan of bounded length, and at most
        HITS_MOST events are found by a name or an id.
        """
        words = text.lower().split()
        actions = [one for one in self._actions() if all(_begins(one, word) for word in words)]
        named = self._named(text.strip())
        if actions or named:
            return self.filter(models.Q(action__in=actions) | models.Q(pk__in=named))
        return self.filter(pk__in=self._with_id(text.strip()))

    def _with_id(self, whole: str) -> list[UUID]:
        """Return events about the row with this id, and recent ones of the request or trace."""
        events = self.model.objects.order_by()
        kinds = [model._meta.label_lower for model in apps.get_models()]
        about = events.filter(resource_type__in=kinds, resource_id=whole)
        floor = events.order_by("-pk").values_list("pk", flat=True)[NEWEST : NEWEST + 1].first()
        recent = events.filter(pk__gt=floor) if floor else events
        of_call = recent.filter(models.Q(request_id=whole) | models.Q(trace_id=whole))
        found = {
            *about.values_list("pk", flat=True)[:HITS_MOST],
            *of_call.values_list("pk", flat=True)[:HITS_MOST],
        }
        return list(found)

    def _actions(self) -> list[str]:
        """Return the actions the organization's log holds, from one to the next by the index."""
        organization = current_organization_id()
        with connections[self.db].cursor() as cursor:
            cursor.execute(ACTIONS, [organization, organization, ACTIONS_MOST])
            return [action for (action,) in cursor.fetchall()]

    def _named(self, text: str) -> list[UUID]:
        """Return events whose actor's or row's name begins so, in its usual ways of writing."""
        found: set[UUID] = set()
        for start in {text, text.lower(), text.capitalize(), text.title()}:
            for column in ("actor_label", "resource_label"):
                rows = self.model.objects.order_by().alias(by=Collate(column, "C"))
                rows = rows.filter(by__gte=start, by__lt=f"{start}{LAST}")
                found.update(rows.values_list("pk", flat=True)[: HITS_MOST - len(found)])
        return list(found)


def _first_id(moment: datetime, shift: timedelta) -> UUID:
    """Return what no id that is made that much later sorts before."""
    milliseconds = int(moment.timestamp() * 1_000) + shift // timedelta(milliseconds=1)
    return UUID(int=max(milliseconds, 0) << 80)


def _begins(action: str, word: str) -> bool:
    return action.startswith(word) or any(
        part.startswith(word) for part in re.split(r"[._]", action)
    )


class AuditEvent(models.Model):
    """One thing that happened.

    The table is partitioned by month, and its true key is (id, at). `at` is set by the database
    when the row arrives and `payload`, the exact bytes that a seal will later cover, holds all of
    the event's facts in canonical JSON; the other columns repeat them for people to filter by.
    What names a person stands in `payload` only under that person's key (see `subject_keys`), so
    erasure blanks the columns and destroys the key, and the bytes that were sealed stay.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    at = models.DateTimeField(editable=False)
    organization = models.ForeignKey(
        Organization,
        models.DO_NOTHING,
        default=current_organization_id,
        db_constraint=False,
        related_name="+",
        db_index=False,
    )
    actor_kind = models.CharField(max_length=20)
    actor_id = models.CharField(max_length=64)
    actor_label = models.CharField(max_length=200)
    action = models.CharField(max_length=60)
    resource_type = models.CharField(max_length=60, blank=True)
    resource_id = models.CharField(max_length=64, blank=True)
    resource_label = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    before = models.JSONField(default=dict, blank=True)
    after = models.JSONField(default=dict, blank=True)
    details = models.JSONField(default=dict, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    trace_id = models.CharField(max_length=32, blank=True)
    address = models.CharField(max_length=45, blank=True)
    user_agent = models.CharField(max_length=300, blank=True)
    actor_user_id = models.UUIDField(null=True, blank=True)
    about_user_id = models.UUIDField(null=True, blank=True)
    payload = models.TextField()
    mac = models.BinaryField(default=bytes)

    objects: ClassVar = ScopedManager.from_queryset(AuditEventQuerySet)()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.actor_label} {self.action} {self.resource_label}".strip()
