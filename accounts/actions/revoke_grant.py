"""Take back what was granted."""

from django.db import transaction

from accounts.models import Grant, Membership
from accounts.permissions import require
from armproject.lib.audit import record


@transaction.atomic
def revoke_grant(grant: Grant) -> None:
    """Take back what somebody was granted on one row; it holds at once."""
    require("members.write")
    grant = Grant.objects.select_for_update(of=("self",)).get(pk=grant.pk)
    membership = Membership.objects.filter(user_id=grant.user_id).first()
    before = {"user": str(grant.user), "permission": grant.name, "row": grant.object_pk}
    record("grants.revoke", membership, before=before)
    grant.delete()
