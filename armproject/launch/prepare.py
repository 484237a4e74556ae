"""Prepares a server somebody else keeps, once before each release: roles, databases, migrations."""

import sys

import environ

from armproject.launch.commands import run_command
from armproject.launch.database import External
from armproject.launch.options import ROOT
from armproject.launch.progress import say
from armproject.launch.trouble import Trouble
from armproject.lib.prepare_server import PostgresUnusable


def main() -> int:
    """Do it, and say in one sentence what is in the way."""
    environ.Env.read_env(ROOT / ".env")
    try:
        env = External().prepare()
        run_command("migrate", "--database", "owner", "--noinput", log=None, env=env, hear=say)
    except (Trouble, PostgresUnusable) as problem:
        say(f"The database was not prepared: {problem}")
        return 1
    except KeyError as problem:
        say(f"The database was not prepared: {problem.args[0]} is not set.")
        return 1
    say("The database is prepared.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
