"""What a rule makes of what was measured: bad, good or unknown, and what follows from that.

Nothing here reads a clock or a database; the same readings in any order give the same answer.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from governance.registry import Reading


class Comparison(StrEnum):
    ABOVE = "above"
    BELOW = "below"


def worse_side(*, lower_is_worse: bool) -> Comparison:
    """Return the side of a threshold on which a measure is bad, unless a rule says otherwise."""
    return Comparison.BELOW if lower_is_worse else Comparison.ABOVE


class Mode(StrEnum):
    THRESHOLD = "threshold"
    SPIKE = "spike"


class Verdict(StrEnum):
    BAD = "bad"
    GOOD = "good"
    UNKNOWN = "unknown"


class Step(StrEnum):
    """What becomes of the alert about one subject."""

    NOTHING = "nothing"
    OPEN = "open"
    STAY = "stay"
    EASE = "ease"
    DOUBT = "doubt"
    CLEAR = "clear"


Subject = tuple[str, UUID | None]


@dataclass(frozen=True, slots=True)
class Terms:
    """What a rule says.

    In spike mode `threshold` is a ratio to the window before, which says something only where that
    window reached `minimum_base`. An alert resolves by itself after `hold` without a bad reading;
    after it was resolved no new one opens for the same subject during `cooldown`.
    """

    comparison: Comparison
    mode: Mode
    threshold: Decimal
    currency: str = ""
    minimum_base: Decimal = Decimal(0)
    hold: timedelta = timedelta(0)
    cooldown: timedelta = timedelta(0)

    def is_beyond(self, value: Decimal) -> bool:
        """Tell whether a value is on the bad side; the threshold itself is good."""
        if self.comparison == Comparison.ABOVE:
            return value > self.threshold
        return value < self.threshold


@dataclass(frozen=True, slots=True)
class Observation:
    """What was seen of one subject. `judged` is what was compared: the value, or the ratio."""

    reading: Reading
    verdict: Verdict
    judged: Decimal | None


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands about a subject: an unresolved alert, or when the last one was resolved."""

    is_unresolved: bool = False
    good_since: datetime | None = None
    resolved_at: datetime | None = None


NO_STANDING = Standing()


def observe(
    terms: Terms, readings: Iterable[Reading], former: Iterable[Reading] = ()
) -> dict[Subject, Observation]:
    """Judge each subject by its worst known reading in the rule's currency."""
    bases = _worst(terms, former)
    observed = {}
    for subject, reading in _worst(terms, readings).items():
        base = bases.get(subject)
        verdict, judged = _verdict(terms, reading.value, base.value if base else None)
        observed[subject] = Observation(reading, verdict, judged)
    return observed


def decide(terms: Terms, verdict: Verdict, standing: Standing, at: datetime) -> Step:
    """Say what becomes of the alert about one subject.

    An unknown value neither fires nor clears, and breaks the time for which things were good.
    """
    if not standing.is_unresolved:
        fires = verdict == Verdict.BAD and not _is_cooling(terms, standing, at)
        return Step.OPEN if fires else Step.NOTHING
    if verdict == Verdict.BAD:
        return Step.STAY
    if verdict == Verdict.UNKNOWN:
        return Step.DOUBT
    return Step.CLEAR if at - (standing.good_since or at) >= terms.hold else Step.EASE


def _is_cooling(terms: Terms, standing: Standing, at: datetime) -> bool:
    return standing.resolved_at is not None and at - standing.resolved_at < terms.cooldown


def _worst(terms: Terms, readings: Iterable[Reading]) -> Mapping[Subject, Reading]:
    """Keep one reading a subject: the worst known one, whatever the order they came in."""
    worst: dict[Subject, Reading] = {}
    for reading in readings:
        if terms.currency and reading.currency not in {"", terms.currency}:
            continue
        subject = (reading.subject_type, reading.subject_id)
        if subject not in worst or _badness(terms, reading) > _badness(terms, worst[subject]):
            worst[subject] = reading
    return worst


def _badness(terms: Terms, reading: Reading) -> tuple[bool, Decimal, str]:
    known = reading.value is not None and reading.value.is_finite()
    if reading.value is None or not known:
        return False, Decimal(0), reading.subject_label
    sign = 1 if terms.comparison == Comparison.ABOVE else -1
    return True, sign * reading.value, reading.subject_label


def _verdict(
    terms: Terms, value: Decimal | None, base: Decimal | None
) -> tuple[Verdict, Decimal | None]:
    if value is None or not value.is_finite():
        return Verdict.UNKNOWN, None
    if terms.mode == Mode.SPIKE:
        return _spike(terms, value, base)
    return Verdict.BAD if terms.is_beyond(value) else Verdict.GOOD, value


def _spike(terms: Terms, value: Decimal, base: Decimal | None) -> tuple[Verdict, Decimal | None]:
    """Compare with the window before, if that held enough to compare with."""
    if base is None or not base.is_finite():
        return Verdict.UNKNOWN, None
    if base <= 0 or base < terms.minimum_base:
        return Verdict.GOOD if value <= terms.minimum_base else Verdict.UNKNOWN, None
    ratio = value / base
    return Verdict.BAD if terms.is_beyond(ratio) else Verdict.GOOD, ratio
