"""Drop what is left of shelves that were built anew."""

import structlog
from django.db import OperationalError, connection, transaction

from accounts.permissions import require
from memory.models import Space

log = structlog.get_logger(__name__)


def drop_shelves() -> int:
    """Drop the emptied shelves of the organization, each by itself; return how many are gone.

    Where a long query is looking at the table, a shelf stays until the next time.
    """
    require("memories.manage")
    dropped = 0
    for space in Space.objects.exclude(emptied=[]):
        for shelf in list(space.emptied):
            if _drop(shelf):
                dropped += 1
                space.emptied.remove(shelf)
        space.save(update_fields=["emptied"])
    return dropped


def _drop(shelf: int) -> bool:
    """Drop one; tell whether it is gone."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT arm_drop_shelf(%s)", [shelf])
            cursor.execute("SELECT to_regclass(%s) IS NULL", [f"public.memory_vector_{shelf}"])
            return bool(cursor.fetchone()[0])
    except OperationalError:
        log.info("shelf_in_use", shelf=shelf)
        return False
