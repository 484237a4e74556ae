"""Keep what is held about a person."""

from django.db import transaction

from accounts.permissions import require
from armproject.lib.audit import record
from armproject.lib.errors import Conflict, InvalidInput
from governance.actions.find_person import find_person
from governance.models import LegalHold


@transaction.atomic
def place_legal_hold(email: str, reason: str) -> LegalHold:
    """Keep what is held about a person from being erased, until the hold is released."""
    require("subjects.erase")
    user = find_person(email, permission="subjects.erase")
    if not reason.strip():
        problem = "Say why it must be kept: a law, a case."
        raise InvalidInput(problem, fields={"reason": [problem]})
    if LegalHold.objects.standing(user):
        problem = "A legal hold stands for this person already; release it first."
        raise Conflict(problem, fields={"email": [problem]})
    hold = LegalHold(user=user, reason=reason.strip()[:500])
    hold.save(force_insert=True)
    record("subjects.hold", hold, reason=hold.reason)
    return hold
