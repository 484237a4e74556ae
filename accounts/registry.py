"""What is held about people, and where; every app that holds something adds it when it loads."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from accounts.models import User

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Holding:
    """One store with something about people of an organization.

    `report(user)` answers, inside the fence, the rows about a person as plain values.
    `erase(user)` removes them or makes them nameless and answers how many; a store without it
    keeps them, and `kept` says why. Holdings are erased in the order they were added, the newest
    first, so that what stands on an account goes before the account.
    """

    name: str
    label: str
    report: "Callable[[User], Iterable[Row]]"
    erase: "Callable[[User], int] | None" = None
    kept: str = ""


HOLDINGS: dict[str, Holding] = {}


def add_holding(holding: Holding) -> None:
    """Let reports about a person, and erasure, cover this store."""
    HOLDINGS[holding.name] = holding
