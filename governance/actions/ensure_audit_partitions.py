"""Make room in the audit log for the months to come."""

from django.utils import timezone

from accounts.fence import fenced
from armproject.lib.partitions import ensure_partitions

MONTHS_AHEAD = 3


def ensure_audit_partitions() -> int:
    """Make sure the audit log has a partition for this month and the next ones."""
    with fenced():
        today = timezone.now().date()
        return ensure_partitions("governance_auditevent", "month", today, MONTHS_AHEAD + 1)
