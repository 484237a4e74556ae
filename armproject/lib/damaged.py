"""Reading what a database can hold and Python cannot, so that no odd row takes its list away.

ARM writes no such values. Somebody at the database's own prompt can, and so can a restored dump:
`infinity` as a time, a number of a hundred thousand digits inside JSON.
"""

import re
from datetime import UTC, date, datetime
from typing import Any

from django.conf import settings
from django.db.backends.postgresql.psycopg_any import BaseTzLoader, get_adapters_template
from psycopg import DataError
from psycopg.types.datetime import DateLoader
from psycopg.types.string import TextLoader

# Far enough from both ends of the calendar that every zone can show them.
EARLIEST, LATEST = datetime(1, 1, 3, tzinfo=UTC), datetime(9999, 12, 29, tzinfo=UTC)
LONGEST = 4_000  # digits of a number that is read as one
_NUMBERS = re.compile(rb'("(?:[^"\\]|\\.)*")|-?\d{%d,}(?:\.\d+)?' % LONGEST)
DAMAGED = b'"(damaged)"'


class MomentLoader(BaseTzLoader):  # type: ignore[misc]  # without types
    """Reads a time; one outside the calendar becomes the calendar's first or last."""

    timezone = UTC

    def load(self, data: Any) -> datetime:
        try:
            return super().load(data)  # type: ignore[no-any-return]
        except DataError:
            return EARLIEST if _is_early(bytes(data)) else LATEST


class DayLoader(DateLoader):
    """Reads a day, likewise."""

    def load(self, data: Any) -> date:
        try:
            return super().load(data)
        except DataError:
            return (EARLIEST if _is_early(bytes(data)) else LATEST).date()


class DocumentLoader(TextLoader):
    """Reads JSON as text; a number too long to be read becomes a word that says so."""

    def load(self, data: Any) -> Any:
        if len(data) > LONGEST:
            data = _NUMBERS.sub(lambda found: found[1] or DAMAGED, bytes(data))
        return super().load(data)


def read_damaged_rows() -> None:
    """Let every connection to come read this way."""
    template = get_adapters_template(settings.USE_TZ, UTC)
    template.register_loader("timestamptz", MomentLoader)
    template.register_loader("date", DayLoader)
    template.register_loader("jsonb", DocumentLoader)


def _is_early(data: bytes) -> bool:
    return data.startswith(b"-") or data.endswith(b"BC")
