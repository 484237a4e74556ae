#!/usr/bin/env python
"""Django's command line; starts the embedded PostgreSQL for the commands that may need it."""

import os
import sys

from django.conf import settings
from django.core.management import execute_from_command_line

from armproject.lib.prepare_server import PostgresUnusable

NEED_NO_DATABASE = {"collectstatic", "help", "spectacular", "version"}


def start_database() -> None:
    """Start the embedded PostgreSQL where the settings use it."""
    if settings.EMBEDDED_POSTGRES is not None:
        try:
            settings.EMBEDDED_POSTGRES.ensure_running()
        except PostgresUnusable as problem:
            sys.exit(str(problem))


def main() -> None:
    """Run one command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "armproject.settings")
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    if command not in NEED_NO_DATABASE and not command.startswith("-"):
        start_database()
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
