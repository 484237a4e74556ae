"""What the model calls that agents report cost."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from costs.call_prices import call_price
from telemetry.records import SpanRecord


def price_span(record: SpanRecord, at: datetime) -> Decimal | None:
    """Return the dollars of one model call by the price list of that time, if it knows the model.

    The model that answered counts; where the list does not know it, the one that was asked for.
    """
    if record.input_tokens is None and record.output_tokens is None:
        return None
    for model in dict.fromkeys(_names(record)):
        if model and (price := _price(record, model, at)) is not None:
            return price
    return None


def _names(record: SpanRecord) -> Iterator[str]:
    """Return what the model may stand under; routers write its vendor before its name."""
    for model in (record.response_model, record.model):
        yield model
        yield model.rpartition("/")[2]


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
