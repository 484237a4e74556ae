"""Write a part of an organization's audit log, with its proof, to a file."""

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.fence import acting
from accounts.permissions import system
from accounts.roles import PERMISSIONS
from armproject.lib.errors import DomainError
from governance.actions.export_proof import export_proof
from governance.actions.verify_installation import find_organization


class Command(BaseCommand):
    help = "Write sealed events, seals, paths, keys and a stand-alone verifier as one zip."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--organization", required=True, help="a slug or id")
        parser.add_argument("--since", type=_moment, help="a date or time, UTC")
        parser.add_argument("--until", type=_moment, help="a date or time, UTC")
        parser.add_argument("--output", type=Path, default=Path("audit.zip"))

    def handle(self, *, organization: str, output: Path, **options: Any) -> None:
        try:
            organization_id = find_organization(organization)
            with (
                acting(system("export_audit"), organization_id, PERMISSIONS),
                export_proof(options["since"], options["until"]) as bundle,
                output.open("wb") as file,
            ):
                shutil.copyfileobj(bundle, file)
        except (DomainError, OSError) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{output}: check it with python verify.py {output.name}")


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=moment.tzinfo or UTC)
