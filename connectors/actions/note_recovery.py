"""Note that a connection works again."""

from django.db import transaction

from armproject.lib.audit import record
from connectors.actions.follow_status import follow_status
from connectors.models import Connection


@transaction.atomic
def note_recovery(connection: Connection, *, reading: str = "") -> Connection:
    """Take back the mark that a refused reading left, now that the same reading went well.

    What other readings meet, and what the last test found missing, stays said.
    """
    row = Connection.objects.select_for_update().get(pk=connection.pk)
    if not row.is_connected or reading not in row.troubles:
        return row
    before, fault = row.status, row.troubles[reading]["fault"]
    row.troubles = {name: met for name, met in row.troubles.items() if name != reading}
    row.settle()
    row.save(update_fields=["trouble", "troubles", "status", "status_reason"])
    record(
        "connections.recover",
        row,
        before={"status": before},
        after={"status": row.status},
        details={"fault": fault},
    )
    follow_status(row)
    return row
