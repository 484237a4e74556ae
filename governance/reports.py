"""How the proof of the audit log stands: read across its tables, nothing changed."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from accounts.fence import current_organization_id
from armproject.lib.errors import Conflict
from governance import merkle
from governance.models import (
    Anchor,
    AuditEvent,
    AuditHead,
    AuditHold,
    AuditLeaf,
    AuditSeal,
    AuditVerification,
    UnsealedEvent,
)
from governance.proof import leaf_of

COUNTED = 10_000


class Unsealed(Conflict):
    """The event has no seal yet."""

    code = "NOT_SEALED_YET"


@dataclass(frozen=True)
class ProofStatus:
    """What people ask first: sealed up to when, anchored where, last looked at with what result."""

    seal: AuditSeal | None
    waiting: int
    oldest: datetime | None
    anchors: list[Anchor]
    anchored: int | None
    verification: AuditVerification | None
    running: AuditVerification | None
    hold: AuditHold | None


def proof_status() -> ProofStatus:
    """Return how the proof of this organization's audit log stands."""
    verifications = AuditVerification.objects.order_by("-id")
    return ProofStatus(
        seal=AuditSeal.objects.newest(),
        waiting=UnsealedEvent.objects.order_by()[: COUNTED + 1].count(),
        oldest=oldest_unsealed(),
        anchors=list(Anchor.objects.all()),
        anchored=anchored_number(),
        verification=verifications.finished().first(),
        running=verifications.unfinished().first(),
        hold=AuditHold.objects.standing().first(),
    )


def oldest_unsealed() -> datetime | None:
    """Return when the event arrived that has waited longest for its seal."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT at FROM governance_unsealedevent WHERE organization_id = %s"
            " ORDER BY organization_id, xid, event_id LIMIT 1",
            [current_organization_id()],
        )
        row = cursor.fetchone()
    return row[0] if row else None


def anchored_number() -> int | None:
    """Return the number of this organization's newest seal that a head covers."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (standing -> arm_current_organization()::text ->> 0)::bigint"
            " FROM governance_audithead ORDER BY number DESC LIMIT 1"
        )
        row = cursor.fetchone()
    return row[0] if row else None


@dataclass(frozen=True)
class Place:
    """An event's place under its seal; `holds` tells whether its path leads to the seal's root."""

    seq: int
    index: int
    size: int
    leaf: bytes
    path: list[str]
    seal: AuditSeal
    holds: bool


def proof_of(event: AuditEvent) -> Place:
    """Return where an event stands, proved from the event as it is now; raises `Unsealed`."""
    place = AuditLeaf.objects.filter(pk=event.pk).first()
    seal = AuditSeal.objects.over(place.seq) if place else None
    if place is None or seal is None:
        raise Unsealed("This event waits for its seal; ask again in a minute.")
    beside = AuditLeaf.objects.filter(seq__gte=seal.first_seq, seq__lte=seal.last_seq)
    leaves = [bytes(leaf) for leaf in beside.order_by("seq").values_list("hash", flat=True)]
    index = place.seq - seal.first_seq
    path = merkle.path(index, leaves) if index < len(leaves) else []
    leaf = leaf_of(event.at, bytes(event.mac), event.payload)
    holds = merkle.includes(
        bytes(seal.root), size=seal.size, index=index, leaf_hash=leaf, proof=path
    )
    shown = [one.hex() for one in path]
    return Place(place.seq, index, seal.size, leaf, shown, seal, holds)


def newest_head() -> AuditHead | None:
    """Return the head over all organizations that was signed last."""
    return AuditHead.objects.order_by("-number").first()
