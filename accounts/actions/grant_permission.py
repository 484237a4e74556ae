"""Let somebody do one thing with one row."""

from django.db import transaction

from accounts.freshness import require_fresh
from accounts.granting import GRANTABLE
from accounts.models import Grant, Membership, ScopedModel
from accounts.models.grant import Holder
from accounts.permissions import require
from armproject.lib.audit import record
from armproject.lib.errors import Conflict, InvalidInput


@transaction.atomic
def grant_permission(holder: Holder, permission: str, row: ScopedModel) -> Grant:
    """Let a member, or everybody in a role, do one thing with one row beyond what roles allow.

    Whoever grants it must have the permission by their own role, for every row; whoever grants it
    to a role must be allowed to change roles.
    """
    require("members.write")
    if not isinstance(holder, Membership):
        require("roles.write")
    require_fresh()
    require(permission)
    if not isinstance(row, GRANTABLE.get(permission, ())):
        problem = f"{permission} is not granted on single rows of this kind."
        raise InvalidInput(problem, fields={"permission": [problem]})
    known = Grant.objects.held_by(holder).filter(
        permission__codename=permission, object_pk=str(row.pk)
    )
    if known.exists():
        problem = "This was granted already; there is nothing to do."
        raise Conflict(problem, fields={"permission": [problem]})
    grant: Grant = Grant.objects.give(holder, permission, row)
    after = {"permission": permission, "row": str(row.pk), "row_label": str(row)}
    if grant.role_name:
        after["role"] = grant.role_name
    record("grants.give", row if isinstance(holder, str) else holder, after=after)
    return grant
