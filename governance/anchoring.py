"""Places outside the database that keep the heads of the audit log, and reading them back."""

import fcntl
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from standardwebhooks import Webhook
from standardwebhooks.webhooks import EmptyWebhookSecretError

from armproject.lib.errors import Unavailable
from armproject.lib.http import Client, Reach, RequestFailed
from governance.signing import digest, is_signed, spelled

TAIL_BYTES = 2**16
TYPE = "audit.head"
UNSIGNABLE = "The anchor's webhook needs a secret of the form whsec_ and base64; set it."
STATEMENT = ("format", "number", "size", "root", "previous", "changed", "made_at")


class NotAnchored(Unavailable):
    """A place outside the database did not take a head; it will be offered again."""

    code = "NOT_ANCHORED"


class Place(Protocol):
    """Somewhere that keeps heads in their order and gives up none."""

    @property
    def name(self) -> str: ...

    def newest(self) -> dict[str, Any] | None:
        """Return its newest head, nothing if it has none; None where it cannot be asked."""

    def keep(self, entries: Iterable[Mapping[str, Any]]) -> None:
        """Append these heads, oldest first; raises `NotAnchored`."""


@dataclass(frozen=True)
class FilePlace:
    """A file that is only ever appended to, one head a line."""

    path: Path
    name: str = "file"

    def newest(self) -> dict[str, Any] | None:
        return _newest_in(self.path)

    def keep(self, entries: Iterable[Mapping[str, Any]]) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with self.path.open("a", encoding="ascii") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                known = _newest_in(self.path).get("number", 0)
                lines = [spelled(entry).decode() for entry in entries if entry["number"] > known]
                # A line that a crash cut off is left as it is; the head follows, whole.
                file.write("".join(f"\n{line}\n" for line in lines))
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise NotAnchored(f"The anchor file cannot be written: {error.strerror}.") from None


@dataclass(frozen=True)
class WebhookPlace:
    """A signed webhook (Standard Webhooks) of somebody who keeps what arrives, line by line.

    A head whose answer was lost is sent again under the same id and may be kept twice.
    """

    url: str
    secret: str
    hosts: frozenset[str] = frozenset()
    deadline: float = 10.0  # seconds for one head
    name: str = "webhook"

    def newest(self) -> dict[str, Any] | None:
        return None

    def keep(self, entries: Iterable[Mapping[str, Any]]) -> None:
        for entry in entries:
            self._post(entry)

    def _post(self, entry: Mapping[str, Any]) -> None:
        now = timezone.now()
        mark = f"arm-head-{entry['number']}"
        body = spelled({"type": TYPE, "timestamp": entry["made_at"], "data": entry})
        headers = {
            "Content-Type": "application/json",
            "webhook-id": mark,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._signature(mark, now, body.decode()),
        }
        try:
            with self._client(headers) as client:
                status = client.post("", content=body).status
        except RequestFailed as failed:
            raise NotAnchored(failed.message) from None
        if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            raise NotAnchored(f"The anchor's webhook answered {status}; only 2xx counts as kept.")

    def _signature(self, mark: str, now: datetime, body: str) -> str:
        try:
            return Webhook(self.secret).sign(mark, now, body)
        except (ValueError, EmptyWebhookSecretError):
            raise NotAnchored(UNSIGNABLE) from None

    def _client(self, headers: Mapping[str, str]) -> Client:
        reach = Reach(self.hosts)
        return Client(self.url, headers=headers, reach=reach, deadline=self.deadline, attempts=1)


def places() -> list[Place]:
    """Return where this installation keeps its heads."""
    found: list[Place] = [FilePlace(Path(settings.ARM_ANCHOR_FILE))]
    if settings.ARM_ANCHOR_WEBHOOK:
        hosts = frozenset(settings.ARM_ANCHOR_HOSTS)
        secret = settings.ARM_ANCHOR_WEBHOOK_SECRET
        found.append(WebhookPlace(settings.ARM_ANCHOR_WEBHOOK, secret, hosts))
    return found


@dataclass
class Anchored:
    """What an anchor vouches for: each organization's seals by number, and what is odd about it."""

    seals: dict[UUID, dict[int, str]] = field(default_factory=dict)
    last_seqs: dict[UUID, int] = field(default_factory=dict)
    heads: int = 0
    made_at: str = ""
    troubles: list[str] = field(default_factory=list)

    def newest(self, organization_id: UUID) -> int | None:
        """Return the number of the newest seal it knows of this organization."""
        return max(self.seals.get(organization_id, {}), default=None)


def read_anchor(path: Path, public_keys: Mapping[str, str]) -> Anchored | None:
    """Read an anchor file and check its chain and signatures; None where there is no such file.

    A line is a head, or a whole body that a webhook received; one that came again is read once.
    Lines that are no heads say nothing: a head that is missing shows in the one after it.
    """
    if not path.is_file():
        return None
    found, previous, read = Anchored(), "", set[str]()
    with path.open(encoding="ascii", errors="replace") as file:
        for entry in filter(None, map(_parsed, file)):
            if entry["signature"] in read:
                continue
            read.add(entry["signature"])
            found.troubles.extend(_troubles(entry, previous, found.heads, public_keys))
            previous = digest({name: entry[name] for name in STATEMENT}).hex()
            _fold(found, entry)
    return found


def _newest_in(path: Path) -> dict[str, Any]:
    """Return the last whole head in the file, nothing if it has none."""
    if not path.is_file():
        return {}
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        length = min(size, TAIL_BYTES)
        while True:
            file.seek(size - length)
            lines = file.read(length).decode("ascii", "replace").split("\n")
            heads = [head for head in map(_parsed, lines) if head is not None]
            if heads or length == size:
                return heads[-1] if heads else {}
            length = min(size, length * 8)


def _parsed(line: str) -> dict[str, Any] | None:
    try:
        entry: dict[str, Any] = json.loads(line)
        if entry.get("type") == TYPE:
            entry = entry["data"]
        complete = {*STATEMENT, "organizations", "key_id", "signature"} <= entry.keys()
        bytes.fromhex(entry["signature"])
    except (ValueError, AttributeError, TypeError, KeyError):
        return None
    return entry if complete else None


def _troubles(
    entry: Mapping[str, Any], previous: str, heads: int, public_keys: Mapping[str, str]
) -> Iterator[str]:
    statement = {name: entry[name] for name in STATEMENT}
    number = entry["number"]
    mark = bytes.fromhex(entry["signature"])
    if not is_signed(public_keys, entry["key_id"], spelled(statement), mark):
        yield f"Head {number} of the anchor does not carry a signature of a known key."
    if digest(entry["organizations"]).hex() != entry["changed"]:
        yield f"Head {number} of the anchor lists other seals than it signed."
    if number != heads + 1 or entry["previous"] != previous:
        yield f"Head {number} of the anchor does not follow the one before it."


def _fold(found: Anchored, entry: Mapping[str, Any]) -> None:
    found.heads, found.made_at = entry["number"], entry["made_at"]
    for organization_id, (number, last_seq, seal_hash) in entry["organizations"].items():
        found.seals.setdefault(UUID(organization_id), {})[number] = seal_hash
        found.last_seqs[UUID(organization_id)] = last_seq
