"""A single call costs what the price list says, however the answer is found."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from genai_prices import Usage, calc_price
from hypothesis import given
from hypothesis import strategies as some

from costs.call_prices import call_price

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
MODELS = [
    ("openai", "gpt-4o"),
    ("openai", "gpt-5"),
    ("anthropic", "claude-sonnet-4-5"),
    ("google", "gemini-2.5-pro"),
    ("", "gpt-4o-mini"),
]


@pytest.mark.parametrize(("vendor", "model"), MODELS)
@given(
    plain=some.integers(0, 400_000),
    cached=some.integers(0, 100_000),
    written=some.integers(0, 100_000),
    answered=some.integers(0, 50_000),
)
def test_it_is_the_price_lists_own_answer(  # noqa: PLR0917 - the names are what is drawn
    vendor: str, model: str, plain: int, cached: int, written: int, answered: int
) -> None:
    whole = plain + cached + written
    found = call_price(
        vendor,
        model,
        NOON,
        input_tokens=whole,
        output_tokens=answered,
        cached=cached,
        cache_write=written,
    )
    usage = Usage(
        input_tokens=whole,
        output_tokens=answered,
        cache_read_tokens=cached,
        cache_write_tokens=written,
    )
    price = calc_price(
        usage, model, provider_id=vendor or None, genai_request_timestamp=NOON
    ).total_price
    assert found is not None
    assert abs(found - price) < Decimal("1e-9")


def test_nobody_knows_what_an_unknown_model_costs() -> None:
    assert call_price("openai", "model-of-nobody", NOON, input_tokens=1, output_tokens=1) is None
