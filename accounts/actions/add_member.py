"""Give a person a role in the organization."""

from django.db import transaction

from accounts.models import CustomRole, Departure, Membership, User
from accounts.permissions import own_role, require
from accounts.roles import Role, rights_of
from armproject.lib import context
from armproject.lib.audit import record
from armproject.lib.errors import Conflict, Forbidden


@transaction.atomic
def add_member(user: User, role: str | CustomRole) -> Membership:
    """Give a person a role in the organization, at most one's own."""
    require("members.write")
    refuse_above_own(role)
    if Membership.objects.filter(user=user).exists():
        raise Conflict("This person is already a member.", fields={"email": ["Already a member."]})
    membership = Membership(user=user)
    membership.give(role)
    membership.save(force_insert=True)
    Departure.objects.filter(user=user).delete()
    record("members.add", membership, after={"user": user.email, "role": membership.role_name})
    return membership


def refuse_above_own(role: str | CustomRole) -> None:
    """Refuse to hand out, or to touch, a role that may do what one may not do oneself."""
    rights = rights_of(role) if isinstance(role, str) else role.rights
    if beyond := sorted(rights - context.current().rights):
        raise Forbidden(
            f"The role {role} may do what you, or your key, may not: {', '.join(beyond)}.",
            beyond=beyond,
        )
    if role == Role.OWNER and own_role() not in (None, Role.OWNER):
        raise Forbidden("Only an owner may give or change the role owner.")
