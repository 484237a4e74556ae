"""Make the first person and their organization."""

import secrets
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.actions.create_organization import create_organization
from accounts.models import User, canonical_email


class Command(BaseCommand):
    help = "Make a person who owns a new organization, and print their password once."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--email", required=True)
        parser.add_argument("--organization", default="My company")
        parser.add_argument("--slug", default="my-company")

    def handle(self, *, email: str, organization: str, slug: str, **_: Any) -> None:
        if User.objects.filter(email=canonical_email(email)).exists():
            raise CommandError(f"There is already a person with the address {email}.")
        password = secrets.token_urlsafe(15)
        owner = User.objects.create_user(email, password, is_operator=True)
        create_organization(organization, slug=slug, owner=owner)
        self.stdout.write(password)
