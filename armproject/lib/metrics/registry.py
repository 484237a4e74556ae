"""Which figures the database is asked for; apps declare theirs here."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from prometheus_client.metrics_core import Metric

Read = Callable[[], Iterable[Metric]]


class Reader(NamedTuple):
    """Reads figures of one organization; who asks needs the permission."""

    permission: str
    read: Read


_of_installation: list[Read] = []
_of_organization: list[Reader] = []


def of_installation(read: Read) -> Read:
    """Declare figures of all organizations together, read outside any."""
    _of_installation.append(read)
    return read


def of_organization(permission: str) -> Callable[[Read], Read]:
    """Declare figures of one organization, read inside its fence."""

    def declare(read: Read) -> Read:
        _of_organization.append(Reader(permission, read))
        return read

    return declare


def read_all() -> Sequence[Read]:
    """Return what reads the figures of the whole installation."""
    return tuple(_of_installation)


def readers_for(may: Callable[[str], bool]) -> Sequence[Read]:
    """Return what reads an organization's figures for somebody with these permissions."""
    return tuple(reader.read for reader in _of_organization if may(reader.permission))
