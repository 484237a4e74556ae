"""What the database cannot hold, seen without asking it."""

import msgspec

from telemetry.records import SpanRecord

LARGEST = 2**63


def flaw(record: SpanRecord) -> str:
    """Return what keeps a record from being stored, "" where nothing is seen.

    Numbers have to fit into 64 bits, texts have to be Unicode.
    """
    for name in record.__struct_fields__:
        value = getattr(record, name)
        if isinstance(value, int) and not -LARGEST <= value < LARGEST:
            return f"{name} is out of range"
    try:
        msgspec.json.encode(record)
    except (ValueError, OverflowError):
        return "a text or number is none"
    return ""
