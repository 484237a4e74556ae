"""Prices against sums done by hand from the published price lists."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from costs.pricing import Tokens, estimate, price_version

AT = datetime(2026, 11, 18, 12, tzinfo=UTC)
MILLION = 1_000_000


@pytest.mark.parametrize(
    ("vendor", "model", "tokens", "input_cost", "output_cost"),
    [
        ("openai", "gpt-4o", Tokens(MILLION, MILLION, requests=1_000), "2.5", "10"),
        ("openai", "gpt-4o", Tokens(MILLION, 0, cached=400_000, requests=1_000), "2", "0"),
        ("openai", "gpt-6-astra", Tokens(1_000, 100, 400, 100, 1), "0.00665", "0.005"),
        ("openai", "gpt-5-mini", Tokens(3, 1, requests=1), "0.00000075", "0.000002"),
        (
            "anthropic",
            "claude-opus-5-5",
            Tokens(100_000, 20_000, 40_000, 10_000, 10),
            "0.258",
            "0.4",
        ),
        ("anthropic", "claude-haiku-4-5", Tokens(1_000, 100, 400, 100, 1), "0.000665", "0.0005"),
    ],
)
def test_tokens_cost_what_the_price_list_says(
    vendor: str, model: str, tokens: Tokens, input_cost: str, output_cost: str
) -> None:
    price = estimate(vendor, model, tokens, AT)
    assert price is not None
    assert (price.input, price.output) == (Decimal(input_cost), Decimal(output_cost))
    assert price.total == Decimal(input_cost) + Decimal(output_cost)


def test_a_bucket_is_priced_as_its_average_request() -> None:
    many = estimate("openai", "gpt-6-astra", Tokens(MILLION, 200_000, requests=1_000), AT)
    one = estimate("openai", "gpt-6-astra", Tokens(MILLION, 200_000, requests=1), AT)
    assert many is not None
    assert one is not None
    assert many.total == Decimal(20)
    assert one.total == Decimal(35)


def test_an_average_that_is_no_whole_number_loses_nothing() -> None:
    price = estimate("openai", "gpt-4o", Tokens(1_000_003, 7, requests=3_001), AT)
    assert price is not None
    assert price.input == Decimal("2.5000075")
    assert price.output == Decimal("0.00007")


def test_requests_that_are_not_counted_are_taken_to_be_short() -> None:
    price = estimate("openai", "gpt-6-astra", Tokens(MILLION, 200_000), AT)
    assert price is not None
    assert price.total == Decimal(20)


def test_the_price_is_that_of_the_day_of_use() -> None:
    tokens = Tokens(100_000, 10_000, requests=1)
    before = estimate("openai", "o3", tokens, datetime(2025, 6, 1, tzinfo=UTC))
    after = estimate("openai", "o3", tokens, datetime(2025, 6, 15, tzinfo=UTC))
    assert before is not None
    assert after is not None
    assert (before.total, after.total) == (Decimal("1.4"), Decimal("0.28"))


def test_an_unknown_model_has_no_price_rather_than_none_to_pay() -> None:
    assert estimate("openai", "acme-tuned-7b", Tokens(1_000, 10, requests=1), AT) is None
    assert estimate("openai", "", Tokens(1_000, 10, requests=1), AT) is None


def test_nothing_costs_nothing_even_without_a_model() -> None:
    price = estimate("anthropic", "", Tokens(0, 0, requests=3), AT)
    assert price is not None
    assert price.total == 0


def test_the_edition_of_the_price_list_is_named() -> None:
    assert price_version().startswith("genai-prices ")
