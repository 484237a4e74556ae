"""Test a connection."""

from accounts.fence import fenced
from accounts.permissions import require
from armproject.lib import context
from armproject.lib.audit import record
from armproject.lib.context import PrincipalKind
from connectors.actions.follow_status import follow_status
from connectors.examination import Examination, examine
from connectors.models import Connection


def test_connection(connection: Connection) -> Connection:
    """Try each credential of a connection alone, and keep what it unlocks and what is missing."""
    require("connections.write", connection)
    with fenced():
        asked = Connection.objects.get(pk=connection.pk)
        asked.refuse_disconnected()
        target = asked.target()
    examination = examine(asked.vendor, target)
    with fenced():
        row = Connection.objects.claim(asked)
        before = row.status
        row.keep_test(*examination.as_json())
        row.save()
        if row.status != before or _somebody_asked():
            _record(row, before)
        if row.status != before:
            _tell(row, examination)
    return row


def _somebody_asked() -> bool:
    """Tell a person's test from the hourly one, recorded only where it changes something."""
    principal = context.principal()
    return principal is None or principal.kind != PrincipalKind.SCHEDULE


def _record(row: Connection, before: str) -> None:
    record(
        "connections.test",
        row,
        before={"status": before},
        after={"status": row.status},
        details={"found": row.status_reason},
    )


def _tell(row: Connection, examination: Examination) -> None:
    """Let people hear where only they can mend what the test found."""
    follow_status(row, examination.lasting_fault())
