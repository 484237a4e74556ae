"""What governance, and work below it, hold about a person, and how it is erased."""

from collections.abc import Iterable

from django.db import models

from accounts.holdings import NOBODY
from accounts.models import User
from accounts.registry import Holding, Row, add_holding
from governance.models import AuditEvent, Channel
from jobs.models import Job

SHOWN_EVENTS = 200


def _events(user: User) -> Iterable[Row]:
    theirs = models.Q(actor_user_id=user.pk) | models.Q(about_user_id=user.pk)
    for event in AuditEvent.objects.filter(theirs).order_by("-id")[:SHOWN_EVENTS]:
        acted = event.actor_user_id == user.pk
        told = {"at": event.at, "action": event.action, "as": "actor" if acted else "subject"}
        # Where an event came from, and what else it was about, belongs to others.
        if acted:
            yield {**told, "address": event.address, "program": event.user_agent}
        else:
            yield {**told, "about": event.resource_label}


def _channels(user: User) -> Iterable[Row]:
    for channel in Channel.objects.filter(emails__contains=[user.email]):
        yield {"name": channel.name, "kind": channel.kind}


def _erase_from_channels(user: User) -> int:
    number = 0
    for channel in Channel.objects.select_for_update().filter(emails__contains=[user.email]):
        channel.emails = [address for address in channel.emails if address != user.email]
        channel.save(update_fields=["emails"])
        number += 1
    return number


def _jobs(user: User) -> Iterable[Row]:
    jobs = Job.objects.filter(requested_by__user_id=str(user.pk))
    for row in jobs.values("kind").annotate(rows=models.Count("pk")).order_by("kind"):
        yield {"asked for": row["kind"], "rows": row["rows"]}


def _erase_from_jobs(user: User) -> int:
    number = 0
    for job in Job.objects.filter(requested_by__user_id=str(user.pk)).iterator():
        nameless = {**job.requested_by, "label": NOBODY}
        number += Job.objects.filter(pk=job.pk).update(requested_by=nameless)
    return number


def hold_governance() -> None:
    """Add what this app and the jobs hold to the registry."""
    add_holding(
        Holding("events", "Audit log", _events, kept="The log proves what was done and stays.")
    )
    add_holding(Holding("channels", "Channels", _channels, _erase_from_channels))
    add_holding(Holding("jobs", "Jobs", _jobs, _erase_from_jobs))
