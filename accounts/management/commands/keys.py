"""Encryption keys, for who runs the installation."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from accounts.actions.destroy_organization_keys import destroy_organization_keys
from accounts.actions.rotate_master_key import Rewrapped, rotate_master_key
from accounts.actions.rotate_organization_key import rotate_organization_key
from accounts.data_keys import key_provider
from accounts.fence import fenced
from accounts.operating import operating
from accounts.reports import keys_with_counts
from armproject.lib.errors import DomainError
from armproject.lib.keys import BadKeyring


class Command(BaseCommand):
    help = "Show, rotate and destroy encryption keys. Key material is never shown."

    def add_arguments(self, parser: Any) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        status = verbs.add_parser("status", help="what keys there are, everywhere or of one")
        status.add_argument("organization", nargs="?", help="short name of an organization")
        master = verbs.add_parser("rotate-master", help="wrap all keys under a master key")
        master.add_argument("--to", help="id of the master key; the active one if not given")
        rotate = verbs.add_parser("rotate-org", help="give one organization a new key")
        rotate.add_argument("organization")
        destroy = verbs.add_parser("destroy-org", help="make all it sealed unreadable, for good")
        destroy.add_argument("organization")
        destroy.add_argument("--confirm", required=True, help="the short name, typed again")

    def handle(self, *, verb: str, **options: Any) -> None:
        try:
            match verb:
                case "status":
                    self.status(**options)
                case "rotate-master":
                    self.rotate_master(**options)
                case "rotate-org":
                    self.rotate_org(**options)
                case "destroy-org":
                    self.destroy_org(**options)
        except (DomainError, BadKeyring) as error:
            raise CommandError(str(error)) from None

    def status(self, organization: str | None, **_: Any) -> None:
        if organization is not None:
            with operating(organization), fenced():
                for key in keys_with_counts():
                    self.stdout.write(
                        f"version {key.version}  {key.state:9}  master key {key.master_key_id}"
                        f"  {key.sealed_values} values  made {key.created_at:%Y-%m-%d}"
                    )
            return
        self.stdout.write(f"Active master key: {key_provider().active_key_id}")
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM arm_count_keys()")
            for master, state, number, organizations in cursor.fetchall():
                self.stdout.write(
                    f"{master}  {state:9}  {number} keys of {organizations} organizations"
                )

    def rotate_master(self, to: str | None, **_: Any) -> None:
        def tell(so_far: Rewrapped) -> None:
            self.stdout.write(f"{so_far.done} keys wrapped anew …")

        found = rotate_master_key(to, tell)
        if found.failed:
            raise CommandError(
                f"{found.done} keys were wrapped anew; {found.failed} do not open with any master"
                " key there is, see the log. Bring the missing one back, then run this again."
            )
        self.stdout.write(f"Done: {found.done} keys wrapped anew. Old master keys may go.")

    def rotate_org(self, organization: str, **_: Any) -> None:
        with operating(organization), fenced():
            key = rotate_organization_key()
        self.stdout.write(
            f"Version {key.version} seals from now on; a job seals anew what older ones sealed."
        )

    def destroy_org(self, organization: str, confirm: str, **_: Any) -> None:
        with operating(organization), fenced():
            number = destroy_organization_keys(confirmed=confirm)
        self.stdout.write(f"{number} keys destroyed; {organization} is suspended.")
