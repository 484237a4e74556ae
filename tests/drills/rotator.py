"""A process that moves all keys to a master key, and may die of it: -m tests.drills.rotator.

It is killed at the deed with the given number, in the middle of a batch; 0 lets it come to its end.
"""

import os
import signal
import sys

import django


def main(master_key: str, fatal: int) -> None:
    from accounts.actions.rotate_master_key import rotate_master_key
    from armproject.lib import audit
    from armproject.lib.audit import Deed
    from governance.actions.append_event import append_event

    deeds = 0

    def record(deed: Deed) -> None:
        nonlocal deeds
        deeds += 1
        if deeds == fatal:
            os.kill(os.getpid(), signal.SIGKILL)
        append_event(deed)

    audit.install(record)
    sys.stdout.write(f"{rotate_master_key(master_key).done}\n")


if __name__ == "__main__":
    django.setup()
    main(sys.argv[1], int(sys.argv[2]))
