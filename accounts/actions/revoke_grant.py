"""Take back what was granted."""

from django.db import transaction

from accounts.models import Grant, Membership
from accounts.permissions import require
from armproject.lib.audit import record


@transaction.atomic
def revoke_grant(grant: Grant) -> None:
    """Take back what somebody, or a role, was granted on one row; it holds at once."""
    require("members.write")
    grant = Grant.objects.select_for_update(of=("self",)).get(pk=grant.pk)
    if grant.user_id is None:
        require("roles.write")
        holder, named = grant.custom_role, {"role": grant.role_name}
    else:
        holder = Membership.objects.filter(user_id=grant.user_id).first()
        named = {"user": str(grant.user)}
    before = {**named, "permission": grant.name, "row": grant.object_pk}
    record("grants.revoke", holder, before=before)
    grant.delete()
