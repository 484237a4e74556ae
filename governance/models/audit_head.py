"""AuditHead: one hash over every organization's newest seal, to be kept outside the database."""

import hashlib
from typing import Any

from django.db import models

from governance.signing import moment, spelled


class AuditHead(models.Model):
    """One signed statement over all organizations, which names the one before it.

    It belongs to the installation, not to a tenant, and holds ids and hashes only. `changed` maps
    the organizations that have a newer seal since the last head to `[number, last_seq, hash]`;
    `standing`, kept with the newest head alone, maps all of them.
    """

    number = models.BigIntegerField(primary_key=True)
    size = models.BigIntegerField()
    root = models.BinaryField(default=bytes)
    previous = models.BinaryField(default=bytes)
    signature = models.BinaryField(default=bytes)
    key_id = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    changed = models.JSONField(default=dict)
    standing = models.JSONField(default=dict)

    class Meta:
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"head {self.number}"

    @property
    def facts(self) -> dict[str, Any]:
        """What the head says; its spelling is what is signed."""
        return {
            "format": "arm-head-1",
            "number": self.number,
            "size": self.size,
            "root": bytes(self.root).hex(),
            "previous": bytes(self.previous).hex(),
            "changed": hashlib.sha256(spelled(self.changed)).hexdigest(),
            "made_at": moment(self.made_at),
        }

    @property
    def entry(self) -> dict[str, Any]:
        """The line that anchors keep."""
        return {
            **self.facts,
            "organizations": self.changed,
            "key_id": self.key_id,
            "signature": bytes(self.signature).hex(),
        }


class Anchor(models.Model):
    """A place outside the database that keeps heads, and how far it has come."""

    name = models.CharField(max_length=40, primary_key=True)
    number = models.BigIntegerField(default=0)
    anchored_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
