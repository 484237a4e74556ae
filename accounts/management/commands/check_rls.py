"""Say whether the database's half of the fence stands."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.wall import tenant_models, weaknesses


class Command(BaseCommand):
    help = "Check row-level security: every tenant table, policy, link, grant and function."

    def handle(self, **_: Any) -> None:
        problems = weaknesses()
        for problem in problems:
            self.stderr.write(problem)
        if problems:
            raise CommandError(f"{len(problems)} weaknesses in the fence.")
        self.stdout.write(f"The fence stands: {len(tenant_models())} tenant tables checked.")
