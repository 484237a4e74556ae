"""What somebody may do at this moment, long after their call or job began."""

from uuid import UUID

from accounts.fence import fenced
from accounts.models import ApiKey, Membership
from accounts.roles import PERMISSIONS
from armproject.lib import context
from armproject.lib.context import Principal, PrincipalKind
from armproject.lib.errors import Forbidden


def present_rights(principal: Principal) -> frozenset[str]:
    """Return what the principal may do now in the organization of the call.

    Somebody who left, anybody in a suspended organization, and a key that was revoked may do
    nothing any more: a permanent `Forbidden` says so.
    """
    if principal.user_id is None:
        return PERMISSIONS
    with context.use(context.current()), fenced():
        membership = _standing(principal.user_id)
        is_key = principal.kind == PrincipalKind.API_KEY
        is_revoked = is_key and not ApiKey.objects.filter(pk=principal.id, revoked_at=None).exists()
    if membership is None:
        raise _never("Who asked for this is no longer a member here, or all work is suspended.")
    if is_revoked:
        raise _never("The API key that asked for this was revoked; ask again with another one.")
    rights = membership.rights
    return rights if principal.scopes is None else rights & principal.scopes


def _standing(user_id: UUID) -> Membership | None:
    members = Membership.objects.select_related("custom_role")
    found: Membership | None = members.filter(
        user_id=user_id, user__is_active=True, organization__suspended_at=None
    ).first()
    return found


def _never(why: str) -> Forbidden:
    error = Forbidden(why)
    error.permanent = True
    return error
