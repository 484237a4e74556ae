"""The one place that answers whether the principal of this call may do a thing."""

from uuid import UUID

from accounts.models import ApiKey, Membership
from accounts.roles import PERMISSIONS
from armproject.lib import context
from armproject.lib.context import Principal, PrincipalKind
from armproject.lib.errors import Forbidden, Unauthenticated


def has_permission(permission: str) -> bool:
    """Tell whether the principal has this permission in the organization of the call."""
    if permission not in PERMISSIONS:
        raise KeyError(f"{permission!r} is not in the permission matrix")
    return permission in context.current().rights


def require(permission: str) -> None:
    """Let the principal pass, or raise Forbidden saying which permission is missing."""
    if context.principal() is None:
        raise Unauthenticated("Sign in, or send an API key as 'Authorization: Bearer arm_sk_…'.")
    if not has_permission(permission):
        raise Forbidden(
            f"This needs the permission {permission}, which your role or key does not have.",
            permission=permission,
        )


def own_role() -> str | None:
    """Return the role of the person behind this call; work of the system has none and no limit."""
    principal = context.principal()
    if principal is None or principal.user_id is None:
        return None
    members = Membership.objects.select_related("custom_role")
    membership = members.filter(user_id=principal.user_id).first()
    if membership is None:
        raise Forbidden("You are not a member of this organization.")
    return membership.role or str(membership.custom_role)


def own_user_id() -> UUID:
    """Return the person behind this call; work of the system has none and is refused."""
    principal = context.principal()
    if principal is None or principal.user_id is None:
        raise Forbidden("An API key belongs to a person; only a person can issue one.")
    return principal.user_id


def is_own(key: ApiKey) -> bool:
    """Tell whether the key belongs to the person behind this call."""
    principal = context.principal()
    return principal is not None and principal.user_id == key.user_id


def own_key() -> ApiKey | None:
    """Return the API key this call came with, if it came with one."""
    principal = context.principal()
    if principal is None or principal.kind != PrincipalKind.API_KEY:
        return None
    return ApiKey.objects.get(pk=principal.id)


def schedule(name: str) -> Principal:
    """Return the principal of work that a schedule asked for."""
    return Principal(kind=PrincipalKind.SCHEDULE, id=name, label=f"schedule {name}")


def system(name: str) -> Principal:
    """Return the principal of set-up work started from the command line."""
    return Principal(kind=PrincipalKind.SYSTEM, id=name, label=name)
