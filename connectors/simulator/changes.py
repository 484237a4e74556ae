"""What callers have changed: everything in the world that is not a pure function of its seed."""

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(slots=True)
class Pause:
    """A span of time in which something was switched off; open while `until` is None."""

    since: int
    until: int | None = None

    def covers(self, at: int) -> bool:
        return self.since <= at and (self.until is None or at < self.until)


@dataclass(frozen=True, slots=True)
class Begun:
    """A session that a caller began with a question."""

    at: int
    question: str
    metadata: dict[str, str]


@dataclass(slots=True)
class Changes:
    """The world's memory. `edition` counts changes that alter usage or billing."""

    edition: int = 0
    edits: dict[str, Json] = field(default_factory=dict)
    updated_at: dict[str, int] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    models: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    pauses: dict[str, list[Pause]] = field(default_factory=dict)
    removed: dict[str, int] = field(default_factory=dict)
    failures: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    corrections: dict[tuple[str, int], int] = field(default_factory=dict)
    interrupts: dict[str, int] = field(default_factory=dict)
    disturbed: set[str] = field(default_factory=set)
    said: dict[str, list[tuple[int, str, str]]] = field(default_factory=dict)
    begun: dict[str, list[Begun]] = field(default_factory=dict)

    def edit(self, what: str, fields: Json, now: int) -> None:
        self.edits.setdefault(what, {}).update(fields)
        self.updated_at[what] = now

    def pause(self, what: str, now: int) -> None:
        spans = self.pauses.setdefault(what, [])
        if not spans or spans[-1].until is not None:
            spans.append(Pause(now))
            self.touch(what, now)

    def resume(self, what: str, now: int) -> None:
        spans = self.pauses.get(what, [])
        if spans and spans[-1].until is None:
            spans[-1].until = now
            self.touch(what, now)

    def touch(self, what: str, now: int) -> None:
        self.updated_at[what] = now
        self.edition += 1

    def interrupt(self, session: str, worker: str, now: int) -> None:
        """End a running session for good: the first interruption counts."""
        self.interrupts.setdefault(session, now)
        self.disturbed.add(worker)
        self.edition += 1

    def paused(self, what: str, at: int) -> bool:
        return any(span.covers(at) for span in self.pauses.get(what, ()))

    def failures_at(self, what: str, at: int) -> int | None:
        """Return the failure rate asked for at that time, in permille."""
        rates = [rate for since, rate in self.failures.get(what, ()) if since <= at]
        return rates[-1] if rates else None

    def model_at(self, what: str, at: int) -> str | None:
        names = [name for since, name in self.models.get(what, ()) if since <= at]
        return names[-1] if names else None
