"""The one place that answers whether the principal of this call may do a thing."""

from accounts.models import Membership
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
    membership = Membership.objects.filter(user_id=principal.user_id).first()
    if membership is None:
        raise Forbidden("You are not a member of this organization.")
    return membership.role


def schedule(name: str) -> Principal:
    """Return the principal of work that a schedule asked for."""
    return Principal(kind=PrincipalKind.SCHEDULE, id=name, label=f"schedule {name}")


def system(name: str) -> Principal:
    """Return the principal of set-up work started from the command line."""
    return Principal(kind=PrincipalKind.SYSTEM, id=name, label=name)
