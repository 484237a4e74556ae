"""What an organization holds about a person, for who runs the installation."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.fence import fenced
from accounts.operating import operating
from armproject.lib.errors import DomainError
from governance.actions.erase_person import erase_person
from governance.actions.report_person import report_person


class Command(BaseCommand):
    help = "Report what an organization holds about a person, or erase them."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("verb", choices=["report", "erase"])
        parser.add_argument("email")
        parser.add_argument("--organization", required=True, help="its short name")
        parser.add_argument("--confirm", default="", help="to erase: the address, typed again")
        parser.add_argument("--reason", default="")

    def handle(self, *, verb: str, email: str, organization: str, **options: Any) -> None:
        try:
            with operating(organization), fenced():
                if verb == "report":
                    told: Any = report_person(email)
                else:
                    receipt = erase_person(
                        email, confirmed=options["confirm"], reason=options["reason"]
                    )
                    told = {"receipt": receipt.pk, "erased": receipt.erased, "kept": receipt.kept}
        except DomainError as error:
            raise CommandError(error.message) from None
        self.stdout.write(json.dumps(told, indent=2, default=str))
