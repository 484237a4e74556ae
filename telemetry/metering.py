"""How much an organization may send: its bytes before they are read, its items after."""

from collections.abc import Iterator
from contextlib import contextmanager

from accounts.calls import count_volume
from accounts.fence import current_organization_id
from armproject.lib.limits import Share

KIB = 1024
# Of the eight requests a process answers at a time.
HANDS = 4

share = Share(HANDS)


@contextmanager
def admitted(size: int) -> Iterator[None]:
    """Count a body of this many bytes, as it came, and have it under way for the block.

    Raises TooManyRequests, with when to come back, where the organization sent too much.
    """
    with share.hold(current_organization_id()):
        count_bytes(size)
        yield


def count_bytes(size: int) -> None:
    """Count a body of this many bytes; raises TooManyRequests where there were too many."""
    count_volume("ingest_kib", -(-size // KIB))


def count_items(number: int) -> None:
    """Count items that were read; raises TooManyRequests where there were too many."""
    if number:
        count_volume("ingest_items", number)
