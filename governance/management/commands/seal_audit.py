"""Seal the audit logs of all organizations now."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from armproject.lib.errors import DomainError
from governance.actions.anchor_audit import anchor_audit
from governance.actions.seal_installation import seal_installation


class Command(BaseCommand):
    help = "Seal what waits in every organization's audit log; with --anchor, anchor it too."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--anchor", action="store_true", help="make and keep a head as well")

    def handle(self, *, anchor: bool, **_: Any) -> None:
        try:
            for name, sealed in seal_installation():
                self.stdout.write(f"{name}: {sealed} events sealed")
            if anchor:
                self.stdout.write(f"{anchor_audit(at_once=True)} heads anchored")
        except DomainError as error:
            raise CommandError(error.message) from None
