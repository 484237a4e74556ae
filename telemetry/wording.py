"""What the Studio calls what runs are, and in which colours."""

from datetime import timedelta
from decimal import Decimal

from telemetry.models import RunStatus

STATUS_COLOURS = {
    RunStatus.SUCCEEDED.label: "success",
    RunStatus.FAILED.label: "danger",
    RunStatus.RUNNING.label: "info",
    RunStatus.INCOMPLETE.label: "warning",
}
CENT = Decimal("0.01")
THOUSAND, MILLION = 1_000, 1_000_000
IN_FULL = 10_000
MINUTE = 60


def took(duration: timedelta) -> str:
    """Return a duration as people say it: 340 ms, 2.4 s, 3 min 20 s."""
    seconds = duration.total_seconds()
    if seconds < 1:
        return f"{seconds * THOUSAND:.0f} ms"
    if seconds < MINUTE:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), MINUTE)
    hours, minutes = divmod(minutes, MINUTE)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def dollars(amount: Decimal) -> str:
    """Return an amount with as many places as it needs to be seen: to the cent, or two digits."""
    if not amount:
        return "$0"
    first = -amount.adjusted()  # the place of its first digit
    return f"${amount:,.{max(2, first + 1)}f}"


def priced(cost: Decimal, unpriced: int) -> str:
    """Return what calls of models cost, where the price of all or some of them may be unknown."""
    if not unpriced:
        return dollars(cost)
    return f"{dollars(cost)} and more" if cost else "No price"


def short(number: int) -> str:
    """Return a count in few characters: 950, 12.4k, 3.1M."""
    if number < IN_FULL:
        return f"{number:,}"
    return f"{number / THOUSAND:.1f}k" if number < MILLION else f"{number / MILLION:.1f}M"


def percent(share: Decimal | None) -> str:
    """Return a share as per cent; only all of them are 100 %, and only none 0 %."""
    if share is None:
        return "–"
    told = f"{100 * share:.1f}"
    if told in ("100.0", "0.0") and share not in (0, 1):
        told = "99.9" if share > CENT else "0.1"
    return f"{told.removesuffix('.0')} %"


def budget_left(share: Decimal | None) -> str:
    """Return how much of an error budget is left, or how many times over it was spent."""
    if share is None or share >= 0:
        return percent(share)
    return f"spent {1 - share:,.1f} times"


def took_ms(milliseconds: float | None) -> str:
    """Return a length as people say it, a dash where nothing ended."""
    return "–" if milliseconds is None else took(timedelta(milliseconds=milliseconds))
