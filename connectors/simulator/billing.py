"""One price table for the whole world, and what used tokens cost by it."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from connectors.simulator.activity import Tokens

MILLION = Decimal(1_000_000)
# A negotiated discount: Anthropic bills 96 % of list price, OpenAI bills list price.
BILLED_SHARE = {"openai": Decimal(1), "anthropic": Decimal("0.96")}


@dataclass(frozen=True, slots=True)
class Price:
    """Dollars for a million tokens."""

    uncached: Decimal
    cached: Decimal
    cache_write: Decimal
    output: Decimal


def _price(uncached: str, cached: str, cache_write: str, output: str) -> Price:
    return Price(Decimal(uncached), Decimal(cached), Decimal(cache_write), Decimal(output))


PRICES = {
    "gpt-6-astra": _price("10", "1", "12.5", "50"),
    "gpt-6.1-sol": _price("2", "0.1", "2.5", "10"),
    "gpt-6-luna": _price("0.1", "0.01", "0.125", "0.5"),
    "gpt-5.5": _price("5", "0.5", "5", "30"),
    "gpt-5-mini": _price("0.25", "0.025", "0.25", "2"),
    "gpt-4o": _price("2.5", "1.25", "2.5", "10"),
    "claude-opus-5-5": _price("4", "0.2", "5", "20"),
    "claude-sonnet-5-5": _price("2", "0.1", "2.5", "10"),
    "claude-haiku-4-5": _price("1", "0.1", "1.25", "5"),
    "claude-haiku-5-5": _price("0.1", "0.01", "0.125", "0.5"),
    "claude-sonnet-4-5": _price("3", "0.3", "3.75", "15"),
    "claude-opus-4-1": _price("15", "1.5", "18.75", "75"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """The tokens of one kind and what they cost at list price, in dollars."""

    kind: str
    quantity: int
    dollars: Decimal


def lines(model: str, tokens: Tokens) -> Iterator[Line]:
    """One line for each kind of token used. A model without a price is given away."""
    price = PRICES.get(model)
    if price is None:
        return
    for kind in ("uncached", "cached", "cache_write", "output"):
        quantity: int = getattr(tokens, kind)
        if quantity:
            rate: Decimal = getattr(price, kind)
            yield Line(kind, quantity, quantity * rate / MILLION)


def list_cost(model: str, tokens: Tokens) -> Decimal:
    return sum((line.dollars for line in lines(model, tokens)), Decimal(0))
