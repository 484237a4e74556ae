"""Make room for spans of these moments."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import connection

from armproject.lib.lately import Lately
from armproject.lib.partitions import ensure_partitions

EPOCH = date(1970, 1, 1)
SECONDS_OF_A_DAY = 86_400
TABLE = "telemetry_span"

_made = Lately(60)


def prepare_days(moments: Iterable[int]) -> int:
    """Make sure the days of these moments (epoch seconds) have a place; return how many are new."""
    days = {moment // SECONDS_OF_A_DAY for moment in moments}
    places = [(connection.settings_dict["NAME"], day) for day in sorted(days)]
    if _made.knows_all(places):
        return 0
    new = sum(ensure_partitions(TABLE, "day", EPOCH + timedelta(days=day), 1) for _, day in places)
    _made.note(places)
    return new
