"""What the model calls that agents report cost."""

from datetime import datetime
from decimal import Decimal
from functools import lru_cache

from costs.call_prices import call_price
from telemetry.records import SpanRecord


def price_span(record: SpanRecord, at: datetime) -> Decimal | None:
    """Return the dollars of one model call by the price list of that time, if it knows the model.

    The model that answered counts; where the list does not know it, the one that was asked for.
    """
    if record.input_tokens is None and record.output_tokens is None:
        return None
    for model in _names(record.response_model, record.model):
        if (price := _price(record, model, at)) is not None:
            return price
    return None


@lru_cache(1_000)
def _names(*models: str) -> tuple[str, ...]:
    """Return what the model may stand under; routers write its vendor before its name."""
    names = (name for model in models for name in (model, model.rpartition("/")[2]))
    return tuple(filter(None, dict.fromkeys(names)))


def _price(record: SpanRecord, model: str, at: datetime) -> Decimal | None:
    return call_price(
        record.vendor,
        model,
        at,
        input_tokens=record.input_tokens or 0,
        output_tokens=record.output_tokens or 0,
        cached=record.cache_read_tokens or 0,
        cache_write=record.cache_write_tokens or 0,
    )
