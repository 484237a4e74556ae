"""What is done with memories, in figures for who watches from outside."""

from armproject.lib.metrics import counter

SEARCHES = ("search", "recall")
OPERATIONS = counter("memory_operations", "What was done with memories.", "operation")


def count(operation: str, number: int = 1) -> None:
    """Count something done: store, update, forget, erase, restore, retrieve or search."""
    OPERATIONS.labels(operation).inc(number)


def count_reading(how: str) -> None:
    """Count one reading, however many memories it brought."""
    count("search" if how in SEARCHES else "retrieve")
