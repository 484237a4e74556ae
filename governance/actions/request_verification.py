"""Ask for a verification of the audit log."""

from django.db import transaction

from accounts.permissions import require
from armproject.lib.audit import record
from governance.actions.open_alert import whom
from governance.models import AuditVerification
from jobs.actions.enqueue import enqueue

KIND = "governance.verify"


@transaction.atomic
def request_verification() -> AuditVerification:
    """Have the whole log compared with its seals and the anchor; returns where the result comes.

    While one is under way, a second one is not begun.
    """
    require("audit.verify")
    standing = AuditVerification.objects.unfinished().first()
    if standing is not None:
        return standing
    verification = AuditVerification.objects.create(asked_by=whom())
    record("audit.verify", verification)
    enqueue(KIND, {"verification": str(verification.pk)}, dedupe_key=str(verification.pk))
    return verification
