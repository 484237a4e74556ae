"""Keep a head over all seals outside the database."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from governance import merkle
from governance.anchoring import NotAnchored, Place, places
from governance.models import Anchor, AuditHead
from governance.signing import digest, key_ring, spelled

PAUSE = timedelta(minutes=4)
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('arm-anchor', 0))"
MOST_AT_ONCE = 500
LOST = "The database has lost seals that were anchored before; run manage.py verify_audit."

Standing = dict[str, list[Any]]


def anchor_audit(*, at_once: bool = False) -> int:
    """Make a head if one is due and give every anchor the heads it lacks; return how many it got.

    One turn serves all organizations, so of many callers in the same minutes one does the work
    and the others find nothing to do. Raises `NotAnchored` if some anchor did not take a head, or
    if the database has lost what was anchored before.
    """
    troubles = []
    if _make_head(at_once=at_once):
        troubles.append(LOST)
    kept = 0
    for place in places():
        try:
            kept += _bring_up_to_date(place)
        except NotAnchored as refused:
            troubles.append(refused.message)
            Anchor.objects.filter(name=place.name).update(last_error=refused.message[:500])
    if troubles:
        raise NotAnchored(" ".join(troubles))
    return kept


@transaction.atomic
def _make_head(*, at_once: bool) -> bool:
    """Sign one statement over every organization's newest seal, unless the last one is fresh.

    Returns whether seals are missing that an earlier head covered; those stay in the head.
    """
    with connection.cursor() as cursor:
        cursor.execute(LOCK)
    last, now = AuditHead.objects.order_by("-number").first(), timezone.now()
    if last is not None and not at_once and now - last.made_at < PAUSE:
        return False
    before: Standing = last.standing if last else {}
    latest = _latest_seals()
    changed = {o: seal for o, seal in latest.items() if seal[0] > before.get(o, [0])[0]}
    if changed or last is None:
        head = _signed(last, before | changed, changed)
        head.save(force_insert=True)
        AuditHead.objects.filter(number__lt=head.number).exclude(standing={}).update(standing={})
    return any(latest.get(o, [0])[0] < seal[0] for o, seal in before.items())


def _signed(last: AuditHead | None, standing: Standing, changed: Standing) -> AuditHead:
    keys = key_ring()
    head = AuditHead(
        number=last.number + 1 if last else 1,
        size=len(standing),
        root=merkle.root(leaves_of(standing)),
        previous=digest(last.facts) if last else b"",
        key_id=keys.key_id,
        made_at=timezone.now(),
        changed=changed,
        standing=standing,
    )
    head.signature = keys.sign(spelled(head.facts))
    return head


def leaves_of(standing: Standing) -> list[bytes]:
    """Return the leaves of a head's tree, one for each organization in the order of their ids."""
    return [
        merkle.leaf(spelled({"organization": o, "seal": standing[o]})) for o in sorted(standing)
    ]


def _latest_seals() -> Standing:
    with connection.cursor() as cursor:
        cursor.execute("SELECT organization_id, number, last_seq, hash FROM arm_latest_seals()")
        return {str(row[0]): [row[1], row[2], bytes(row[3]).hex()] for row in cursor.fetchall()}


def _bring_up_to_date(place: Place) -> int:
    anchor, _ = Anchor.objects.get_or_create(name=place.name)
    there = place.newest()
    known = anchor.number if there is None else there.get("number", 0)
    if there is None and not _is_there(known):
        raise NotAnchored(f"The anchor {place.name} was told of head {known}. {LOST}")
    if there and not _is_ours(there):
        raise NotAnchored(f"The anchor {place.name} knows a head that the database lacks. {LOST}")
    lacking = list(AuditHead.objects.filter(number__gt=known).order_by("number")[:MOST_AT_ONCE])
    if lacking:
        place.keep(head.entry for head in lacking)
        Anchor.objects.filter(name=place.name).update(
            number=lacking[-1].number, anchored_at=timezone.now(), last_error=""
        )
    return len(lacking)


def _is_there(number: int) -> bool:
    """Tell whether the database has this head; before the first one there is none to miss."""
    return number == 0 or AuditHead.objects.filter(number=number).exists()


def _is_ours(entry: Mapping[str, Any]) -> bool:
    """Tell whether the database still has this very head."""
    head = AuditHead.objects.filter(number=entry["number"]).first()
    return head is not None and bytes(head.signature).hex() == entry["signature"]
