"""Memory services outside ARM that are told of every memory."""

from memory.outside.records import digest_of, record_of
from memory.outside.service import Held, Refusal, Service
from memory.outside.sink import KIND, MemorySink, refuse_bad_address
from memory.outside.writing import leaving, opened, write

__all__ = [
    "KIND",
    "Held",
    "MemorySink",
    "Refusal",
    "Service",
    "digest_of",
    "leaving",
    "opened",
    "record_of",
    "refuse_bad_address",
    "write",
]
