"""Read what preferences say."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from armproject.lib.audit import record
from armproject.lib.crypto import Undecryptable
from memory.access import reach_of_call, require_reading
from memory.actions.set_preference import require_user_within
from memory.learning.observing import Told
from memory.models import Preference


@dataclass(frozen=True, slots=True)
class Read:
    """A preference and what it says; `told` is None where its key is gone."""

    preference: Preference
    told: Told | None


@transaction.atomic
def read_preferences(rows: Sequence[Preference], *, how: str = "read") -> list[Read]:
    """Open preferences for whoever may find them, and record that they were read."""
    require_reading(how, reach_of_call())
    for row in rows:
        require_user_within(row.user)
    opened = [Read(row, opened_preference(row)) for row in rows]
    if rows:
        subject = rows[0] if len(rows) == 1 else None
        record("preferences.read", subject, details={"how": how, "count": len(rows)})
    return opened


def opened_preference(row: Preference) -> Told | None:
    """Return what a preference says, None where its key is gone."""
    try:
        return row.told
    except Undecryptable:
        return None
