"""Take a person out of the organization."""

from django.db import transaction
from django.utils import timezone

from accounts.actions.add_member import refuse_above_own
from accounts.actions.change_role import refuse_losing_last_owner
from accounts.freshness import require_fresh
from accounts.models import ApiKey, Grant, Membership
from accounts.permissions import require
from accounts.recent_keys import recent_keys
from accounts.roles import Role
from armproject.lib.audit import record


@transaction.atomic
def remove_member(membership: Membership) -> None:
    """Take a person out of the organization; their API keys and grants end with it."""
    require("members.write")
    require_fresh()
    membership = Membership.objects.select_for_update().get(pk=membership.pk)
    refuse_above_own(membership.custom_role or membership.role)
    if membership.role == Role.OWNER:
        refuse_losing_last_owner(membership)
    keys = ApiKey.objects.filter(user=membership.user_id, revoked_at=None)
    ended = keys.update(revoked_at=timezone.now())
    grants, _ = Grant.objects.filter(user_id=membership.user_id).delete()
    record(
        "members.remove",
        membership,
        before={"user": membership.user.email, "role": membership.role_name},
        details={"api_keys_revoked": ended, "grants_revoked": grants},
    )
    membership.delete()
    transaction.on_commit(recent_keys.forget)
