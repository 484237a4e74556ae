"""Take a person out of the organization."""

from django.db import transaction
from django.utils import timezone

from accounts.actions.add_member import refuse_above_own
from accounts.actions.change_role import refuse_losing_last_owner
from accounts.freshness import require_fresh
from accounts.models import ApiKey, Departure, Grant, Invitation, Membership
from accounts.permissions import require
from accounts.recent_keys import recent_keys
from accounts.roles import Role
from armproject.lib.audit import record


@transaction.atomic
def remove_member(membership: Membership) -> None:
    """Take a person out of the organization.

    Their API keys, their grants and the invitations they sent end with it, and no identity
    provider brings them back.
    """
    require("members.write")
    require_fresh()
    membership = Membership.objects.select_for_update().get(pk=membership.pk)
    refuse_above_own(membership.custom_role or membership.role)
    if membership.role == Role.OWNER:
        refuse_losing_last_owner(membership)
    now = timezone.now()
    keys = ApiKey.objects.filter(user=membership.user_id, revoked_at=None)
    ended = keys.update(revoked_at=now)
    grants, _ = Grant.objects.filter(user_id=membership.user_id).delete()
    asked = Invitation.objects.open().filter(invited_by=membership.user_id)
    invitations = asked.update(revoked_at=now)
    Departure.objects.get_or_create(user_id=membership.user_id)
    record(
        "members.remove",
        membership,
        before={"user": membership.user.email, "role": membership.role_name},
        details={
            "api_keys_revoked": ended,
            "grants_revoked": grants,
            "invitations_revoked": invitations,
        },
    )
    membership.delete()
    transaction.on_commit(recent_keys.forget)
