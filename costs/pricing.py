"""What used tokens cost by the public price list, where the vendor does not bill them.

A bucket holds many requests, and long requests are dearer by the token. A bucket is therefore
priced as its average request, times its requests. Where a vendor does not count requests, they
are taken to be short ones. The prices are those of the time the tokens were used.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache

from armproject.lib.money import ZERO, quantise

SHORT_REQUEST = 8_000
CURRENCY = "USD"
_PROVIDERS = {
    "openai": "openai",
    "anthropic": "anthropic",
    "google": "google",
    "azure": "azure",
    "aws": "aws",
    "cohere": "cohere",
    "deepseek": "deepseek",
    "groq": "groq",
    "mistral": "mistral",
    "openrouter": "openrouter",
    "perplexity": "perplexity",
    "together": "together",
    "xai": "x-ai",
}


@dataclass(frozen=True, slots=True)
class Tokens:
    """What one bucket used; `input` holds all input, cached and cache-write tokens included."""

    input: int
    output: int
    cached: int = 0
    cache_write: int = 0
    requests: int | None = None

    @property
    def total(self) -> int:
        return self.input + self.output

    def average(self) -> Decimal:
        """Return how many requests the tokens came from, at least one."""
        counted = self.requests or -(-self.input // SHORT_REQUEST)
        return Decimal(max(counted, 1))


@dataclass(frozen=True, slots=True)
class Estimate:
    """Dollars by the price list, to ten places; the parts add up to the whole."""

    input: Decimal
    output: Decimal

    @property
    def total(self) -> Decimal:
        return self.input + self.output


NOTHING = Estimate(ZERO, ZERO)


def estimate(vendor: str, model: str, tokens: Tokens, at: datetime) -> Estimate | None:
    """Return what the bucket costs by the price list of that time, None for an unknown model."""
    if tokens.total == 0:
        return NOTHING
    from genai_prices import Usage, calc_price  # noqa: PLC0415 - half a second to import

    requests = tokens.average()
    usage = Usage(
        input_tokens=tokens.input / requests,
        cache_read_tokens=tokens.cached / requests,
        cache_write_tokens=tokens.cache_write / requests,
        output_tokens=tokens.output / requests,
    )
    try:
        price = calc_price(
            usage, model, provider_id=provider_of(vendor), genai_request_timestamp=at
        )
    except LookupError:
        return None
    return Estimate(quantise(price.input_price * requests), quantise(price.output_price * requests))


def provider_of(vendor: str) -> str | None:
    """Return the vendor's name in the price list; None where any list will do."""
    return _PROVIDERS.get(vendor)


@lru_cache(maxsize=1)
def price_version() -> str:
    """Return which edition of the price list estimates are made with."""
    from importlib.metadata import version  # noqa: PLC0415

    return f"genai-prices {version('genai-prices')}"
