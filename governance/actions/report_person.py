"""Say everything that is held about a person."""

from collections.abc import Mapping
from itertools import islice
from typing import Any

from django.db import transaction

from accounts.registry import HOLDINGS
from armproject.lib.audit import record
from governance.actions.find_person import find_person
from governance.models import LegalHold

# Of long histories the newest stand in a report; the audit log has the rest.
MOST_ROWS = 1_000


@transaction.atomic
def report_person(email: str) -> Mapping[str, Any]:
    """Return everything this organization holds about a person, store by store.

    That it was asked is recorded before it is answered.
    """
    user = find_person(email, permission="subjects.read")
    record("subjects.report", user)
    hold = LegalHold.objects.standing(user)
    stores = [
        {
            "name": holding.name,
            "label": holding.label,
            "rows": [dict(row) for row in islice(holding.report(user), MOST_ROWS)],
            "can_be_erased": holding.erase is not None,
            "kept_because": holding.kept,
        }
        for holding in HOLDINGS.values()
    ]
    return {"person_id": user.pk, "legal_hold": hold.reason if hold else "", "stores": stores}
