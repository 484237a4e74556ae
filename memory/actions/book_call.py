"""Book a call that ARM itself made of a model."""

import secrets
import time
from datetime import UTC, datetime
from decimal import Decimal
from urllib.parse import urlsplit

from telemetry.actions.receive_records import receive_records
from telemetry.records import SpanRecord
from telemetry.registry import price_of

SOURCE = "arm-memory"
VENDORS = {
    "openai.com": "openai",
    "anthropic.com": "anthropic",
    "googleapis.com": "google",
    "azure.com": "azure",
    "cohere.com": "cohere",
    "deepseek.com": "deepseek",
    "groq.com": "groq",
    "mistral.ai": "mistral",
    "openrouter.ai": "openrouter",
    "perplexity.ai": "perplexity",
    "together.xyz": "together",
    "x.ai": "xai",
}


def book_call(
    *,
    base_url: str,
    model: str,
    purpose: str,
    input_tokens: int,
    output_tokens: int = 0,
    took: float = 0.0,
    failed: bool = False,
    kind: str = "llm",
) -> Decimal | None:
    """Tell, in the caller's transaction, of a model call of ARM's own, so that it shows in Costs.

    It is told as telemetry of the source arm-memory, with numbers and nothing that was said.
    `took` is in seconds. Returns what it cost in US dollars, None where the price is not known.
    """
    ended = time.time_ns()
    vendor = vendor_of(base_url)
    record = SpanRecord(
        trace_id=secrets.token_hex(16),
        span_id=secrets.token_hex(8),
        started_ns=ended - int(took * 1e9),
        ended_ns=ended,
        name=f"memory {purpose}",
        kind=kind,
        dialect="arm",
        status="error" if failed else "ok",
        agent_name=SOURCE,
        service=SOURCE,
        provider=vendor,
        vendor=vendor,
        model=model,
        input_tokens=input_tokens,
        output_tokens=output_tokens,
        ends_run=True,
    )
    receive_records("events", [record], [])
    return price_of(record, datetime.fromtimestamp(record.started_ns / 1e9, UTC))


def vendor_of(base_url: str) -> str:
    """Return who runs the models behind an address, "" where nobody knows."""
    host = (urlsplit(base_url).hostname or "").lower()
    known = (vendor for end, vendor in VENDORS.items() if f".{host}".endswith(f".{end}"))
    return next(known, "")
