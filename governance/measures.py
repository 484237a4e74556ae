"""What alert rules can watch of the audit log, of work and news, and of the ground below."""

import shutil
from collections.abc import Iterable
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from governance.models import AuditVerification, VerificationState
from governance.registry import Measure, Reading, Span, Unit, add_measure
from governance.reports import oldest_unsealed
from governance.subjects import ORGANIZATION
from jobs.reports import dead_letters, outbox_lag


def _lag(span: Span, subject_id: UUID | None) -> Iterable[Reading]:
    oldest = oldest_unsealed()
    seconds = (timezone.now() - oldest).total_seconds() if oldest else 0
    yield Reading(ORGANIZATION, None, "Audit log", Decimal(str(round(max(seconds, 0), 3))))


def _broken(span: Span, subject_id: UUID | None) -> Iterable[Reading]:
    last = AuditVerification.objects.finished().order_by("-id").first()
    broken = None if last is None else Decimal(last.state == VerificationState.BROKEN)
    yield Reading(ORGANIZATION, None, "Audit log", broken)


def _disk(span: Span, subject_id: UUID | None) -> Iterable[Reading]:
    disk = shutil.disk_usage(settings.DATA_DIR)
    used = 1 - Decimal(disk.free) / disk.total
    yield Reading(ORGANIZATION, None, "Disk of the database", round(used, 4))


def _news(span: Span, subject_id: UUID | None) -> Iterable[Reading]:
    yield Reading(ORGANIZATION, None, "News for subscribers", Decimal(str(round(outbox_lag(), 3))))


def _given_up(span: Span, subject_id: UUID | None) -> Iterable[Reading]:
    yield Reading(ORGANIZATION, None, "Work that was given up", Decimal(dead_letters()))


WATCHED = (
    Measure(
        name="audit.unsealed_seconds",
        label="Wait for a seal",
        unit=Unit.SECONDS,
        subject=ORGANIZATION,
        read=_lag,
        description="How long the oldest audit event has waited for its seal, now.",
    ),
    Measure(
        name="audit.broken",
        label="Audit log broken",
        unit=Unit.FLAG,
        subject=ORGANIZATION,
        read=_broken,
        description="1 if the last verification of the audit log found something, else 0.",
    ),
    Measure(
        name="outbox.lag_seconds",
        label="Wait of news",
        unit=Unit.SECONDS,
        subject=ORGANIZATION,
        read=_news,
        description="How long the oldest news has waited for its subscribers, now.",
    ),
    Measure(
        name="jobs.given_up",
        label="Work given up",
        unit=Unit.COUNT,
        subject=ORGANIZATION,
        read=_given_up,
        description="How many jobs and deliveries were given up and wait for somebody, now.",
    ),
)
DISK = Measure(
    name="installation.disk_used",
    label="Disk used",
    unit=Unit.RATIO,
    subject=ORGANIZATION,
    read=_disk,
    description="The share of the disk under ARM's own database that is in use, now.",
)


def install() -> None:
    """Let alert rules watch the audit log, work, news and, where it is ours, the disk."""
    for measure in WATCHED:
        add_measure(measure)
    if settings.EMBEDDED_POSTGRES is not None:
        add_measure(DISK)
