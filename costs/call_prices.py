"""What single calls of models cost by the price list, fast enough to ask for each that arrives.

Within one tier of a model's prices a call costs so much for each token of a kind. Those prices are
learnt from the price list itself, by asking it for a few calls that differ in one kind, and are
remembered for the day they hold.
"""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Any

from armproject.lib.money import quantise
from costs.pricing import provider_of

PROBE = 1_000


@dataclass(frozen=True, slots=True)
class TokenPrices:
    """Dollars for one token of each kind; `input` is of tokens that no cache held."""

    input: Decimal
    output: Decimal
    cached: Decimal
    cache_write: Decimal


def call_price(
    vendor: str,
    model: str,
    at: datetime,
    *,
    input_tokens: int,
    output_tokens: int,
    cached: int = 0,
    cache_write: int = 0,
) -> Decimal | None:
    """Return the dollars one call costs, to ten places; None for a model without a price.

    `input_tokens` holds those read from and written to a cache.
    """
    day = at.astimezone(UTC).date()
    tier = bisect_left(_tiers(vendor, model, day), input_tokens)
    prices = _prices(vendor, model, day, tier)
    if prices is None:
        return None
    whole = prices.input * max(input_tokens - cached - cache_write, 0)
    whole += prices.output * output_tokens
    if cached or cache_write:
        whole += prices.cached * cached + prices.cache_write * cache_write
    return quantise(whole)


@lru_cache(maxsize=4_096)
def _tiers(vendor: str, model: str, day: date) -> tuple[int, ...]:
    """Return above how many input tokens dearer prices begin, from the lowest on."""
    price = _ask(vendor, model, day)
    if price is None:
        return ()
    known = vars(price.model_price).values()
    return tuple(sorted({tier.start for each in known for tier in getattr(each, "tiers", ())}))


@lru_cache(maxsize=4_096)
def _prices(vendor: str, model: str, day: date, tier: int) -> TokenPrices | None:
    starts = _tiers(vendor, model, day)
    size = (starts[tier - 1] if tier else 0) + PROBE
    whole = _ask(vendor, model, day, input_tokens=size)
    cached = _ask(vendor, model, day, input_tokens=size, cache_read_tokens=PROBE)
    written = _ask(vendor, model, day, input_tokens=size, cache_write_tokens=PROBE)
    answered = _ask(vendor, model, day, input_tokens=size, output_tokens=PROBE)
    if whole is None or cached is None or written is None or answered is None:
        return None
    each = Decimal(whole.input_price) / size
    rest = each * (size - PROBE)
    return TokenPrices(
        input=each,
        output=Decimal(answered.output_price) / PROBE,
        cached=(Decimal(cached.input_price) - rest) / PROBE,
        cache_write=(Decimal(written.input_price) - rest) / PROBE,
    )


def _ask(vendor: str, model: str, day: date, **tokens: int) -> Any:
    """Return the price list's answer for a call, or None for a model it does not know."""
    from genai_prices import Usage, calc_price  # noqa: PLC0415 - half a second to import

    try:
        return calc_price(
            Usage(**{"input_tokens": 1, "output_tokens": 0, **tokens}),
            model,
            provider_id=provider_of(vendor),
            genai_request_timestamp=datetime.combine(day, time(12), UTC),
        )
    except LookupError:
        return None
