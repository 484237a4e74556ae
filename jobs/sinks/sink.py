"""A parcel of news, the way it takes, and what every kind of receiver has to do with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from armproject.lib.errors import Unavailable
from armproject.lib.http import Reach
from armproject.lib.secret import Secret


@dataclass(frozen=True, slots=True)
class Parcel:
    """Events that travel together; `id` stays the same however often the parcel is sent.

    Each event is `{"id", "type", "timestamp", "subject_id", "data"}`; its id stays the same, too,
    in whichever parcel it travels.
    """

    id: UUID
    at: datetime
    events: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Way:
    """Where a subscription leads, and the secrets that are valid for it, the newest first.

    `subscription_id` is whose way it is.
    """

    address: Secret
    secrets: tuple[Secret, ...]
    reach: Reach
    subscription_id: UUID | None = None


class NotTaken(Unavailable):
    """The receiver has not taken the parcel, as far as anyone can tell; sending again is right.

    `answered` is what it answered over HTTP, if it answered.
    """

    answered: int | None = None


class Sink(Protocol):
    """One kind of receiver. `label` is its name for people."""

    label: str

    def refuse_bad(self, way: Way) -> None:
        """Raise InvalidInput, by fields, for a way that ARM would not go."""

    def send(self, parcel: Parcel, way: Way) -> int | None:
        """Hand the parcel over; return the HTTP status, if there is one, or raise NotTaken."""
