"""HeartbeatReceipt: the proof that a signed heartbeat was taken in, once."""

from django.db import models

from accounts.models import ScopedModel, TenantForeignKey
from connectors.models import Connection


class HeartbeatReceipt(ScopedModel):
    """One message taken in from a connection's agents; its id is refused a second time."""

    connection = TenantForeignKey(Connection, models.CASCADE, related_name="+", db_index=False)
    message_id = models.CharField(max_length=200)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "connection", "message_id"],
                name="a_heartbeat_is_taken_once",
            ),
        ]
        indexes = [models.Index(fields=["organization", "created_at"], name="receipts_by_age")]

    def __str__(self) -> str:
        return self.message_id
