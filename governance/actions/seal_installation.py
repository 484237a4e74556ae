"""Seal the audit logs of this installation."""

from collections.abc import Iterator

from django.db import connection

from accounts.fence import acting, fenced
from accounts.models import Organization
from accounts.permissions import system
from accounts.roles import PERMISSIONS
from governance.actions.seal_audit import seal_audit


def seal_installation() -> Iterator[tuple[str, int]]:
    """Seal what waits in every organization, suspended ones too; yield each slug and how much."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM arm_organizations_to_seal()")
        waiting = [row[0] for row in cursor.fetchall()]
    for organization_id in waiting:
        with acting(system("seal_audit"), organization_id, PERMISSIONS):
            sealed = seal_audit()
            with fenced():
                yield Organization.objects.current().get().slug, sealed
