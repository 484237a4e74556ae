"""Drop a preference."""

from django.db import transaction

from accounts.permissions import require
from armproject.lib.audit import record
from memory.actions.set_preference import require_user_within
from memory.models import Preference


@transaction.atomic
def drop_preference(preference: Preference, *, reason: str = "") -> None:
    """Erase a preference with its examples and former values."""
    require("memories.write")
    require_user_within(preference.user)
    record("preferences.drop", preference, reason=reason)
    preference.delete()
