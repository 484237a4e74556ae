"""Say how the proof of the audit log stands."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection

from accounts.fence import acting, fenced
from accounts.models import Organization
from accounts.permissions import system
from accounts.roles import PERMISSIONS
from governance.models import Anchor
from governance.reports import ProofStatus, newest_head, proof_status


class Command(BaseCommand):
    help = "Show for each organization what is sealed, anchored and verified, and what waits."

    def handle(self, **_: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM arm_organizations_to_seal()")
            known = [row[0] for row in cursor.fetchall()]
        for organization_id in known:
            with acting(system("audit_status"), organization_id, PERMISSIONS), fenced():
                self._show(Organization.objects.current().get().slug, proof_status())
        head = newest_head()
        self.stdout.write(f"head: {head.number if head else 'none'}")
        for anchor in Anchor.objects.all():
            trouble = f", {anchor.last_error}" if anchor.last_error else ""
            self.stdout.write(f"anchor {anchor.name}: head {anchor.number}{trouble}")

    def _show(self, name: str, status: ProofStatus) -> None:
        seal, verification = status.seal, status.verification
        sealed = f"seal {seal.number} of {seal.sealed_at:%Y-%m-%d %H:%M:%S}" if seal else "no seal"
        looked = f"{verification.get_state_display().lower()}" if verification else "never"
        self.stdout.write(
            f"{name}: {sealed}, {status.waiting} waiting, anchored up to"
            f" {status.anchored or 'nothing'}, last verification: {looked}"
        )
