"""Say whether the audit log is as it was sealed and anchored."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from armproject.lib.errors import DomainError
from governance.actions.verify_installation import Checked, verify_installation


class Command(BaseCommand):
    help = "Compare every audit event with its seal, and every seal with the anchor."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--organization", default="", help="a slug or id; all without it")
        parser.add_argument("--anchor", type=Path, default=Path(settings.ARM_ANCHOR_FILE))
        parser.add_argument("--since", type=datetime.fromisoformat, help="a date or time, UTC")

    def handle(self, *, organization: str, anchor: Path, since: datetime | None, **_: Any) -> None:
        moment = since.replace(tzinfo=since.tzinfo or UTC) if since else None
        try:
            checked = list(verify_installation(anchor, slug=organization, since=moment))
        except DomainError as error:
            raise CommandError(error.message) from None
        for one in checked:
            self._show(one)
        broken = [one.name for one in checked if not one.verdict.is_sound]
        if broken:
            raise CommandError(f"Not as sealed: {', '.join(broken)}.")

    def _show(self, one: Checked) -> None:
        verdict = one.verdict
        word = "sound" if verdict.is_sound else "BROKEN"
        what = "heads" if one.name == "anchor" else "seals"
        self.stdout.write(f"{one.name}: {word}, {verdict.seals} {what}, {verdict.events} events")
        for finding in verdict.findings:
            self.stdout.write(f"  {finding.sentence}")
