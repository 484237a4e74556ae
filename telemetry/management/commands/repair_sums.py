"""Mend the sums of runs, for who runs the installation."""

from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.fence import fenced
from accounts.operating import operating
from armproject.lib.errors import DomainError
from telemetry.actions.repair_sums import repair_sums


class Command(BaseCommand):
    help = "Make the sums of an organization's runs what its runs add up to, day by day (UTC)."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("organization", help="its short name")
        parser.add_argument("first", type=date.fromisoformat, help="such as 2026-11-01")
        parser.add_argument("last", type=date.fromisoformat, nargs="?", help="included")

    def handle(self, *, organization: str, first: date, last: date | None, **_: Any) -> None:
        try:
            for n in range(((last or first) - first).days + 1):
                day = first + timedelta(days=n)
                with operating(organization), fenced():
                    number = repair_sums(day)
                self.stdout.write(f"{day}: {number} sums were wrong")
        except DomainError as error:
            raise CommandError(error.message) from None
