"""Verify the audit logs of this installation, starting from what was anchored."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.db import connection

from accounts.fence import acting, fenced
from accounts.models import Organization
from accounts.permissions import system
from accounts.roles import PERMISSIONS
from armproject.lib.errors import NotFound
from governance.anchoring import read_anchor
from governance.signing import key_ring
from governance.verifying import Finding, Verdict, Verification


@dataclass(frozen=True)
class Checked:
    """One organization's verdict; `name` is its id where the database does not know it any more."""

    name: str
    verdict: Verdict


def verify_installation(
    anchor: Path, *, slug: str = "", since: datetime | None = None
) -> Iterator[Checked]:
    """Verify each organization that the anchor knows, then those that only the database knows.

    The anchor comes first because a database that lost a whole organization does not miss it.
    What is odd about the anchor itself comes as a verdict of its own. Raises `NotFound`.
    """
    keys = key_ring().public_keys
    anchored = read_anchor(anchor, keys)
    if anchored is None:
        missing = f"There is no anchor at {anchor}: seals were compared with nothing outside."
        yield Checked("anchor", Verdict(findings=[Finding(missing)]))
    else:
        yield Checked("anchor", Verdict(anchored.heads, 0, [*map(Finding, anchored.troubles)]))
    seals = anchored.seals if anchored else {}
    for organization_id in _organizations(list(seals), slug):
        with acting(system("verify_audit"), organization_id, PERMISSIONS):
            known = seals.get(organization_id, {})
            verdict = Verification(keys, known, since=since).run()
            with fenced():
                organization = Organization.objects.current().first()
        yield Checked(organization.slug if organization else str(organization_id), verdict)


def find_organization(slug: str, known: Iterable[UUID] = ()) -> UUID:
    """Return the organization with this slug or id, present or among those `known` otherwise."""
    for organization_id in dict.fromkeys([*known, *_present()]):
        with acting(system("verify_audit"), organization_id, PERMISSIONS), fenced():
            organization = Organization.objects.current().first()
        if slug in {str(organization_id), organization.slug if organization else ""}:
            return organization_id
    raise NotFound(f"No organization is called {slug}; use its slug or its id.")


def _organizations(anchored: list[UUID], slug: str) -> list[UUID]:
    if slug:
        return [find_organization(slug, anchored)]
    return list(dict.fromkeys([*anchored, *_present()]))


def _present() -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM arm_organizations_to_seal()")
        return [row[0] for row in cursor.fetchall()]
