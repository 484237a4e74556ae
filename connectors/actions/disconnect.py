"""Disconnect a vendor."""

from django.db import transaction
from django.utils import timezone

from accounts.freshness import require_fresh
from accounts.permissions import require
from armproject.lib.audit import record
from connectors.actions.follow_status import follow_status
from connectors.models import Connection, ConnectionStatus


@transaction.atomic
def disconnect(connection: Connection, reason: str = "") -> Connection:
    """Destroy a connection's credentials and stop reading it; its agents and costs stay.

    Its name is free again. What the vendor still holds (the key itself) is to be revoked there.
    """
    require("connections.write", connection)
    require_fresh()
    row = Connection.objects.select_for_update().get(pk=connection.pk)
    row.refuse_disconnected()
    before = {"status": row.status, "credentials": sorted(row.credential_kinds())}
    row.drop_credentials()
    row.trouble, row.troubles = "", {}
    row.credential_version += 1
    row.reports, row.capabilities = [], []
    row.status, row.status_reason = ConnectionStatus.DISCONNECTED, reason[:500]
    row.disconnected_at = timezone.now()
    row.save()
    record(
        "connections.disconnect",
        row,
        before=before,
        after={"status": row.status, "credentials": []},
        reason=reason,
    )
    follow_status(row)
    return row
