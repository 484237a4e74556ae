"""Archive and drop old months of the audit log now."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from armproject.lib.errors import DomainError
from governance.actions.retain_audit import retain_audit


class Command(BaseCommand):
    help = "Let months leave the audit log that are sealed, anchored, archived and on no hold."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--keep-months", type=int, default=settings.ARM_AUDIT_KEEP_MONTHS)

    def handle(self, *, keep_months: int, **_: Any) -> None:
        try:
            gone = retain_audit(keep_months)
        except DomainError as error:
            raise CommandError(error.message) from None
        for month in gone:
            self.stdout.write(f"{month:%Y-%m} left the audit log for the archive")
        if not gone:
            self.stdout.write("Nothing left the audit log.")
