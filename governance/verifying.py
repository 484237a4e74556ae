"""Whether one organization's audit log stands as it was sealed and anchored, and where not.

It reads seal by seal in their order, each step in a short transaction of its own, and changes
nothing.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from accounts.fence import current_organization_id, fenced
from accounts.sealing import audit_mac_holds
from accounts.subject_keys import unlock
from armproject.lib.crypto import Undecryptable
from governance import merkle
from governance.models import AuditArchive, AuditSeal
from governance.proof import COLUMNS, DIFFS, GONE, PERSONAL, leaf_of
from governance.signing import digest, is_signed, spelled

STEP = 5_000
SEALS_STEP = 500
MOST_FINDINGS = 20
# The columns repeat what the payload says; an edit of either must show.
REPEATED = (*COLUMNS, *DIFFS)
# What stands in the columns of somebody who was erased.
FORGOTTEN: tuple[Any, ...] = ("", "erased person", {})
EVENTS = f"""
  SELECT l.seq, l.event_id, l.at, l.hash, e.mac, e.payload, {", ".join(f"e.{c}" for c in REPEATED)}
    FROM governance_auditleaf l
    LEFT JOIN LATERAL (SELECT * FROM governance_auditevent x
                        WHERE x.id = l.event_id AND x.at = l.at
                          AND x.organization_id = l.organization_id LIMIT 1) e ON true
   WHERE l.organization_id = %s AND l.seq >= %s AND l.seq <= %s ORDER BY l.seq
"""  # noqa: S608 - constants of our own
# Events that neither a seal covers nor the queue knows: nobody appended them through the table.
STRANGERS = """
  SELECT e.id FROM governance_auditevent e
   WHERE e.organization_id = %s
     AND NOT EXISTS (SELECT 1 FROM governance_auditleaf l WHERE l.event_id = e.id AND l.at = e.at)
     AND NOT EXISTS (SELECT 1 FROM governance_unsealedevent u WHERE u.event_id = e.id)
   ORDER BY e.id LIMIT %s
"""
MISSED = """
  SELECT u.event_id FROM governance_unsealedevent u
   WHERE u.organization_id = %s
     AND NOT EXISTS (SELECT 1 FROM governance_auditevent e WHERE e.id = u.event_id AND e.at = u.at)
   ORDER BY u.event_id LIMIT %s
"""


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it was sealed, in words, and the seal and event it is about."""

    sentence: str
    seal: int | None = None
    event: str | None = None

    @property
    def facts(self) -> dict[str, Any]:
        return asdict(self)


@dataclass
class Verdict:
    """What a verification saw."""

    seals: int = 0
    events: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        return not self.findings

    def say(self, sentence: str, seal: int | None = None, event: Any = None) -> None:
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(Finding(sentence, seal, str(event) if event else None))


class Verification:
    """One walk over an organization's seals and events.

    `anchored` maps seal numbers to the hashes an anchor vouches for. With `since`, seals made
    before it are taken as they are. `progress` is told how many events were read.
    """

    def __init__(
        self,
        public_keys: Mapping[str, str],
        anchored: Mapping[int, str],
        *,
        since: datetime | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> None:
        self.public_keys = public_keys
        self.anchored = anchored
        self.since = since
        self.progress = progress
        self.verdict = Verdict()
        self.organization_id = current_organization_id()
        self.opened: dict[str, bytes | None] = {}
        self.archived = set(self._archived_months())

    def run(self) -> Verdict:
        """Look at everything and return what was seen."""
        before = self._start()
        for seal in self._seals(before):
            self._check_seal(seal, before)
            self._check_events(seal)
            before = seal
        self._check_anchor(before)
        self._check_outside()
        return self.verdict

    def _start(self) -> AuditSeal | None:
        if self.since is None:
            return None
        with fenced():
            return AuditSeal.objects.filter(sealed_at__lt=self.since).newest()

    def _seals(self, before: AuditSeal | None) -> Iterator[AuditSeal]:
        number = before.number if before else 0
        while True:
            with fenced():
                behind = AuditSeal.objects.filter(number__gt=number).order_by("number")
                page = list(behind[:SEALS_STEP])
            if not page:
                return
            yield from page
            number = page[-1].number

    def _check_seal(self, seal: AuditSeal, before: AuditSeal | None) -> None:
        self.verdict.seals += 1
        number, last = (before.number, before.last_seq) if before else (0, 0)
        if seal.number != number + 1:
            self._say(f"Seal {number + 1} is missing.", number + 1)
        if seal.first_seq != last + 1 or seal.last_seq < last:
            self._say(f"Seal {seal.number} does not begin where the one before ends.", seal.number)
        if bytes(seal.previous) != (bytes(before.hash) if before else b""):
            self._say(f"Seal {seal.number} does not follow the seal before it.", seal.number)
        facts = seal.facts
        if bytes(seal.hash) != digest(facts):
            self._say(f"Seal {seal.number} was changed: its hash is another.", seal.number)
        if not is_signed(self.public_keys, seal.key_id, spelled(facts), bytes(seal.signature)):
            self._say(f"Seal {seal.number} is not signed by a key of this ARM.", seal.number)
        if self.anchored.get(seal.number, bytes(seal.hash).hex()) != bytes(seal.hash).hex():
            self._say(f"Seal {seal.number} is not the one that was anchored.", seal.number)

    def _check_events(self, seal: AuditSeal) -> None:
        """Rebuild the seal's tree from its events, not from what the database says of them."""
        leaves: list[bytes] = []
        for first in range(seal.first_seq, seal.last_seq + 1, STEP):
            last = min(first + STEP - 1, seal.last_seq)
            with fenced():
                rows = self._ask(EVENTS, first, last)
                leaves += [self._leaf(seal, row) for row in rows]
            self.verdict.events += len(rows)
            if self.progress is not None:
                self.progress(self.verdict.events)
        if len(leaves) != seal.size:
            self._say(
                f"Seal {seal.number} covers {seal.size} events, the log shows {len(leaves)} places"
                " for them.",
                seal.number,
            )
        elif merkle.root(leaves) != bytes(seal.root):
            self._say(f"The events under seal {seal.number} are not the sealed ones.", seal.number)

    def _leaf(self, seal: AuditSeal, row: Sequence[Any]) -> bytes:
        """Return the leaf of one event as it is now, and say what is wrong with it."""
        seq, event_id, at, kept, mac, payload = row[:6]
        kept = bytes(kept)
        if payload is None:
            if f"{at:%Y-%m}" not in self.archived:
                gone = "before it was sealed" if kept == GONE else "from the log"
                self._say(
                    f"Event {event_id}, number {seq}, was deleted {gone}.", seal.number, event_id
                )
            return kept
        leaf = leaf_of(at, bytes(mac), payload)
        if kept == GONE:
            wrong = "was not there, or was not written by ARM, when its place was sealed."
            leaf = kept
        elif leaf == kept:
            wrong = self._misfit(payload, bytes(mac), event_id, row[6:])
        else:
            wrong = "is not the event that was sealed: it was edited or put in another's place."
        if wrong:
            self._say(f"Event {event_id}, number {seq}, {wrong}", seal.number, event_id)
        return leaf

    def _misfit(self, payload: str, mac: bytes, event_id: Any, columns: Sequence[Any]) -> str:
        """Return what is wrong with an event that its seal covers, or nothing."""
        try:
            if not audit_mac_holds(payload, mac):
                return "does not carry this organization's mark: it was not written by ARM."
        except Undecryptable:
            pass  # the key was destroyed, as people may ask for; the seal still tells
        facts = json.loads(payload)
        if facts.get("id") != str(event_id):
            return "stands under another event's id."
        try:
            facts |= self._named(facts.pop("sealed", {}), event_id)
        except (Undecryptable, KeyError, ValueError):
            return "names people in a way that cannot be read: it was not written by ARM."
        for name, value in zip(REPEATED, columns, strict=True):
            stated = facts.get(name)
            if value != stated and not _agree(_shown(name, value), stated):
                return f"shows another {name} than it was sealed with."
        return ""

    def _named(self, sealed: Mapping[str, Any], event_id: UUID) -> dict[str, Any]:
        """Return the facts that name people; of those who were erased, what may stand instead."""
        named: dict[str, Any] = {}
        for part, locked in sealed.items():
            facts = unlock(locked, event_id, part, self.opened) if locked else None
            named |= dict.fromkeys(PERSONAL[part], FORGOTTEN) if facts is None else facts
        return named

    def _check_anchor(self, newest: AuditSeal | None) -> None:
        """Cut tails and older copies of the database end before what the anchor knows."""
        anchored = max(self.anchored, default=0)
        number = newest.number if newest else 0
        if number >= anchored:
            return
        if number == 0:
            self._say(f"The whole log is gone: {anchored} seals of it were anchored.", 1)
        else:
            self._say(
                f"The anchor is ahead of the database: it knows seal {anchored}, the database ends"
                f" with seal {number}. Later seals were cut off, or an older copy was put back.",
                number + 1,
            )

    def _check_outside(self) -> None:
        for (event_id,) in self._ask(STRANGERS, MOST_FINDINGS):
            self._say(
                f"Event {event_id} stands in the log and was never appended: it was put there past"
                " ARM.",
                event=event_id,
            )
        for (event_id,) in self._ask(MISSED, MOST_FINDINGS):
            self._say(f"Event {event_id} was deleted before it was sealed.", event=event_id)

    def _archived_months(self) -> Iterator[str]:
        """Yield the months that left the log with proof; a forged record proves nothing."""
        with fenced():
            archives = list(AuditArchive.objects.exclude(dropped_at=None))
        for archive in archives:
            words, mark = spelled(archive.facts), bytes(archive.signature)
            if is_signed(self.public_keys, archive.key_id, words, mark):
                yield f"{archive.month:%Y-%m}"

    def _ask(self, sql: str, *values: Any) -> list[Any]:
        with fenced(), connection.cursor() as cursor:
            cursor.execute(sql, [self.organization_id, *values])
            return list(cursor.fetchall())

    def _say(self, sentence: str, seal: int | None = None, event: Any = None) -> None:
        self.verdict.say(sentence, seal, event)


def _shown(name: str, value: Any) -> Any:
    """Return a column's value as the payload would spell it."""
    if name in DIFFS and isinstance(value, str):
        return json.loads(value)
    return str(value) if isinstance(value, UUID) else value


def _agree(shown: Any, stated: Any) -> bool:
    """Tell whether a column says what was sealed; what was never stated is empty."""
    if stated is FORGOTTEN:
        return shown in FORGOTTEN
    return shown == stated or (not shown and not stated)
