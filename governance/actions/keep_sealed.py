"""Keep the audit log sealed, and say so when it is not."""

from datetime import timedelta

from django.utils import timezone

from accounts.fence import fenced
from accounts.models import Organization
from governance.actions.clear_alert import clear_alert
from governance.actions.raise_alert import raise_alert
from governance.actions.seal_audit import seal_audit
from governance.models import Severity
from governance.reports import oldest_unsealed
from governance.signing import NoSigningKey

LONGEST_LAG = timedelta(seconds=60)
KIND = "audit.unsealed"
NAME = "The audit log is not sealed"


def keep_sealed() -> int:
    """Seal what waits, return how much it was, and raise an alert while something waits too long.

    What a long transaction holds back stays in the queue; it is sealed as soon as that one ends.
    """
    try:
        sealed, trouble = seal_audit(), ""
    except NoSigningKey as problem:
        sealed, trouble = 0, problem.message
    with fenced():
        _tell(trouble or _lag())
    return sealed


def _lag() -> str:
    oldest = oldest_unsealed()
    waiting = timezone.now() - oldest if oldest else timedelta(0)
    if waiting <= LONGEST_LAG:
        return ""
    return (
        f"The oldest event has waited {waiting.total_seconds():.0f} seconds for its seal."
        " A transaction that stays open holds seals back: look for it in pg_stat_activity."
    )


def _tell(trouble: str) -> None:
    organization = Organization.objects.current().get()
    if trouble:
        raise_alert(KIND, organization, name=NAME, message=trouble, severity=Severity.WARNING)
    else:
        clear_alert(KIND, organization, note="All events are sealed again.")
