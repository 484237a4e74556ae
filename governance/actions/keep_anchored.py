"""Keep heads of the audit log outside the database, and say so when that fails."""

from accounts.fence import fenced
from accounts.models import Organization
from governance.actions.anchor_audit import anchor_audit
from governance.actions.clear_alert import clear_alert
from governance.actions.raise_alert import raise_alert
from governance.anchoring import NotAnchored
from governance.models import Severity
from governance.signing import NoSigningKey

KIND = "audit.unanchored"
NAME = "The audit log's seals are not anchored"


def keep_anchored(*, last_attempt: bool) -> int:
    """Anchor what is due and return how many heads were kept; a failure raises an alert.

    The failure is passed on, so that the job is tried again, until the last attempt: the clock
    asks anew in a few minutes anyway.
    """
    try:
        kept = anchor_audit()
    except (NotAnchored, NoSigningKey) as problem:
        with fenced():
            organization = Organization.objects.current().get()
            raise_alert(
                KIND, organization, name=NAME, message=problem.message, severity=Severity.CRITICAL
            )
        if last_attempt:
            return 0
        raise
    with fenced():
        clear_alert(KIND, Organization.objects.current().get(), note="Anchored again.")
    return kept
