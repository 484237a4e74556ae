"""Change what a member may do."""

from django.db import transaction

from accounts.actions.add_member import refuse_above_own
from accounts.freshness import require_fresh
from accounts.models import CustomRole, Membership
from accounts.permissions import require
from accounts.recent_keys import recent_keys
from accounts.roles import Role
from armproject.lib.audit import record
from armproject.lib.errors import Conflict


@transaction.atomic
def change_role(membership: Membership, role: str | CustomRole) -> Membership:
    """Give the member another role; the organization always keeps an owner."""
    require("members.write")
    require_fresh()
    membership = Membership.objects.select_for_update(of=("self",)).get(pk=membership.pk)
    refuse_above_own(membership.custom_role or membership.role)
    refuse_above_own(role)
    if membership.role == Role.OWNER and role != Role.OWNER:
        refuse_losing_last_owner(membership)
    before = membership.role_name
    membership.give(role)
    membership.save(update_fields=["role", "custom_role"])
    after = membership.role_name
    record("members.change_role", membership, before={"role": before}, after={"role": after})
    transaction.on_commit(recent_keys.forget)
    return membership


def refuse_losing_last_owner(membership: Membership) -> None:
    """Refuse to leave the organization without an owner."""
    owners = Membership.objects.owners().select_for_update()
    if not [owner for owner in owners if owner.pk != membership.pk]:
        raise Conflict("An organization needs an owner; make somebody else an owner first.")
