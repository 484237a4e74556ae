"""Rules and alerts in plain words."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from governance.judging import Comparison, Mode
from governance.registry import Unit

MINUTES_A_DAY = 1440
MINUTES_A_WEEK = 7 * MINUTES_A_DAY
_WINDOWS = ((MINUTES_A_WEEK, "week"), (MINUTES_A_DAY, "day"), (60, "hour"), (1, "minute"))
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Phrase:
    """What there is to say about a rule: its measure, its subject, its bounds."""

    measure: str
    unit: Unit
    subject: str
    comparison: Comparison
    mode: Mode
    threshold: Decimal
    window_minutes: int
    currency: str = ""
    minimum_base: Decimal = Decimal(0)


def rule_sentence(phrase: Phrase) -> str:
    """Return the rule as a sentence: "Cost of any agent above 10.00 USD in the last day"."""
    if phrase.unit == Unit.FLAG:
        return f"{phrase.measure}: {phrase.subject}"
    start = f"{phrase.measure} of {phrase.subject} {phrase.comparison}"
    if phrase.mode == Mode.SPIKE:
        return f"{start} {_times(phrase.threshold, phrase)}{_least(phrase)}"
    bound = amount(phrase.threshold, phrase.unit, phrase.currency)
    return f"{start} {bound}{_back(phrase)}"


def alert_sentence(phrase: Phrase, value: Decimal | None, judged: Decimal | None) -> str:
    """Return what was seen and what the rule allows."""
    if phrase.unit == Unit.FLAG:
        return f"{phrase.measure}: {phrase.subject}{'' if value else ' no longer'}."
    seen = "unknown" if value is None else amount(value, phrase.unit, phrase.currency)
    start = f"{phrase.measure} of {phrase.subject} was {seen}{_back(phrase)}"
    if phrase.mode == Mode.SPIKE:
        times = "" if judged is None else f", {_times(judged, phrase)}"
        return f"{start}{times}; the rule allows {number(phrase.threshold)} times."
    bound = amount(phrase.threshold, phrase.unit, phrase.currency)
    limit = "at most" if phrase.comparison == Comparison.ABOVE else "at least"
    return f"{start}; the rule allows {limit} {bound}."


def amount(value: Decimal, unit: Unit, currency: str = "") -> str:
    """Return a value of a measure for people: "20 %", "10.00 USD", "1.2 s"."""
    match unit:
        case Unit.RATIO:
            return f"{number(value * 100)} %"
        case Unit.MONEY:
            return f"{_money(value)} {currency}".strip()
        case Unit.SECONDS:
            return f"{number(value)} s"
    return number(value)


def number(value: Decimal) -> str:
    """Return a number with at most two digits behind the point, more where it is tiny."""
    digits = 2 if value == 0 or abs(value) >= CENT else 1 - value.adjusted()
    rounded = round(value, digits)
    text = f"{rounded:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def span(minutes: int) -> str:
    """Return a length of time: "day", "3 hours"."""
    size, name = next(item for item in _WINDOWS if minutes % item[0] == 0)
    count = minutes // size
    return name if count == 1 else f"{count} {name}s"


def window(minutes: int) -> str:
    """Return a span of time: "the last day", "the last 3 hours"."""
    return f"the last {span(minutes)}"


def _times(ratio: Decimal, phrase: Phrase) -> str:
    return f"{number(ratio)} times that of the {span(phrase.window_minutes)} before"


def _back(phrase: Phrase) -> str:
    return f" in {window(phrase.window_minutes)}"


def _least(phrase: Phrase) -> str:
    if phrase.minimum_base <= 0:
        return ""
    return f", once that was {amount(phrase.minimum_base, phrase.unit, phrase.currency)}"


def _money(value: Decimal) -> str:
    if value == 0 or abs(value) >= CENT:
        return f"{value.quantize(CENT, rounding=ROUND_HALF_EVEN):,f}"
    return number(value)
