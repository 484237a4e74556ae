"""A process that knows a key and reads with it until it cannot: `python -m tests.drills.reader`."""

import sys
from uuid import UUID

import django


def main(organization_id: UUID, channel_id: UUID) -> None:
    """Say "open" after the first reading and "gone" after the last."""
    from accounts.fence import acting, fenced
    from accounts.permissions import system
    from accounts.roles import PERMISSIONS
    from armproject.lib.crypto import Undecryptable
    from governance.models import Channel

    told = False
    with acting(system("reader"), organization_id, PERMISSIONS):
        while True:
            with fenced():
                channel = Channel.objects.get(pk=channel_id)
                try:
                    channel.address().target.reveal()
                except Undecryptable:
                    say("gone")
                    return
            if not told:
                told = True
                say("open")


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    django.setup()
    main(*map(UUID, sys.argv[1:]))
