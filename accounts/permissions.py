"""The one place that answers whether the principal of this call may do a thing."""

from typing import TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

from accounts.fence import fenced
from accounts.granting import GRANTABLE
from accounts.models import ApiKey, Grant, Membership, ScopedModel
from accounts.roles import PERMISSIONS
from armproject.lib import context
from armproject.lib.context import Principal, PrincipalKind
from armproject.lib.errors import Forbidden, Unauthenticated

SIGN_IN = "Sign in, or send an API key as 'Authorization: Bearer arm_sk_…'."

Row = TypeVar("Row", bound=Model)


def has_permission(permission: str, row: Model | None = None) -> bool:
    """Tell whether the principal has this permission in the organization of the call.

    Their role gives it for every row; a grant, to them or to their role, for the one `row`. For
    a row of another organization nobody has any.
    """
    if permission not in PERMISSIONS:
        raise KeyError(f"{permission!r} is not in the permission matrix")
    if isinstance(row, ScopedModel) and row.organization_id != context.organization_id():
        return False
    if permission in context.current().rights:
        return True
    kind = GRANTABLE.get(permission)
    if kind is None or not isinstance(row, kind):
        return False
    return row.pk in _granted(permission)


def require(permission: str, row: Model | None = None) -> None:
    """Let the principal pass, or raise Forbidden saying which permission is missing."""
    if context.principal() is None:
        raise Unauthenticated(SIGN_IN)
    if not has_permission(permission, row):
        raise Forbidden(
            f"This needs the permission {permission}, which your role or key does not have.",
            permission=permission,
        )


def reach(permission: str) -> frozenset[UUID] | None:
    """Return the rows on which the principal has this permission; None means on all."""
    return None if has_permission(permission) else _granted(permission)


def within_reach(rows: QuerySet[Row], permission: str) -> QuerySet[Row]:
    """Return those of the rows on which the principal has this permission."""
    granted = reach(permission)
    return rows if granted is None else rows.filter(pk__in=granted)


def _granted(permission: str) -> frozenset[UUID]:
    """Return the rows on which the person behind this call, or their role, was granted this.

    A key passes it on only where its scopes name it.
    """
    now = context.current()
    principal = now.principal
    if principal is None or principal.user_id is None or now.organization_id is None:
        return frozenset()
    is_beyond = principal.scopes is not None and permission not in principal.scopes
    if is_beyond or permission not in GRANTABLE:
        return frozenset()
    with fenced():
        mine = Grant.objects.reaching(principal.user_id).filter(permission__codename=permission)
        return frozenset(UUID(pk) for pk in mine.values_list("object_pk", flat=True))


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
