"""Give a person a role in the organization."""

from django.db import transaction

from accounts.models import Membership, User
from accounts.permissions import own_role, require
from accounts.roles import outranks, rights_of
from armproject.lib import context
from armproject.lib.audit import record
from armproject.lib.context import PrincipalKind
from armproject.lib.errors import Conflict, Forbidden


@transaction.atomic
def add_member(user: User, role: str) -> Membership:
    """Give a person a role in the organization, at most one's own."""
    require("members.write")
    refuse_above_own(role)
    if Membership.objects.filter(user=user).exists():
        raise Conflict("This person is already a member.", fields={"email": ["Already a member."]})
    membership = Membership.objects.create(user=user, role=role)
    record("members.add", membership, after={"user": user.email, "role": role})
    return membership


def refuse_above_own(role: str) -> None:
    """Refuse to hand out, or to touch, a role that stands above one's own."""
    own = own_role()
    if own is not None and outranks(role, own):
        raise Forbidden(f"Your role, {own}, may not give or change the role {role}.")
    now = context.current()
    is_key = now.principal is not None and now.principal.kind == PrincipalKind.API_KEY
    if is_key and not rights_of(role) <= now.rights:
        raise Forbidden(f"This key's scopes do not cover what the role {role} may do.")
