"""The command behind bin/up."""

import errno
import os
import sys
from collections.abc import Sequence

import environ

from armproject.launch.options import ROOT, parse
from armproject.launch.progress import frame, say
from armproject.launch.trouble import Trouble
from armproject.launch.up import Launch
from armproject.lib.prepare_server import PostgresUnusable
from armproject.lib.supervisor import GaveUp, stop_on_signals


def main(arguments: Sequence[str]) -> int:
    """Run ARM and return the exit code; whatever is in the way is told in a sentence."""
    os.chdir(ROOT)
    environ.Env.read_env(ROOT / ".env")
    options = parse(arguments)
    stop_on_signals()
    launch = Launch(options)
    try:
        launch.run()
    except KeyboardInterrupt:
        say("ARM has stopped.")
        return 1 if options.check else 0
    except (Trouble, GaveUp, PostgresUnusable) as problem:
        lines = getattr(problem, "lines", [])
        return _refuse(str(problem), lines)
    except OSError as problem:
        if problem.errno not in {errno.ENOSPC, errno.EDQUOT}:
            raise
        return _refuse("The disk is full: free at least 500 MB, then start again.", [])
    say("\n" + frame(["Everything worked.", "", *launch.report()]))
    return 0


def _refuse(sentence: str, lines: list[str]) -> int:
    sys.stdout.flush()
    for line in lines:
        say(f"    | {line}")
    say(f"\nARM cannot run: {sentence}")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
