"""Note that a connection stopped working."""

from django.db import transaction

from armproject.lib.audit import record
from connectors.actions.follow_status import follow_status
from connectors.models import Connection


@transaction.atomic
def note_trouble(
    connection: Connection, fault: str, message: str, *, reading: str = ""
) -> Connection:
    """Mark a connection whose reading the vendor refused; the same fault is told of only once.

    Readings call this, whoever asked for them, when a person has to act: a revoked key, a missing
    permission. `reading` says which it was, so that another one's success does not hide it.
    """
    row = Connection.objects.select_for_update().get(pk=connection.pk)
    if not row.is_connected or row.troubles.get(reading, {}).get("fault") == fault:
        return row
    before, is_news = row.status, not row.knows(fault)
    row.troubles = {**row.troubles, reading: {"fault": fault, "message": message}}
    row.settle()
    row.save(update_fields=["trouble", "troubles", "status", "status_reason"])
    if is_news:
        _tell(row, before, fault, message)
    return row


def _tell(row: Connection, before: str, fault: str, message: str) -> None:
    record(
        "connections.trouble",
        row,
        before={"status": before},
        after={"status": row.status},
        details={"fault": fault, "message": message},
    )
    follow_status(row, fault)
