"""Let somebody do one thing with one row."""

from django.db import transaction

from accounts.freshness import require_fresh
from accounts.granting import GRANTABLE
from accounts.models import Grant, Membership, ScopedModel
from accounts.permissions import require
from armproject.lib.audit import record
from armproject.lib.errors import Conflict, InvalidInput


@transaction.atomic
def grant_permission(membership: Membership, permission: str, row: ScopedModel) -> Grant:
    """Let a member do one thing with one row beyond what their role allows.

    Whoever grants it must have the permission by their own role, for every row.
    """
    require("members.write")
    require_fresh()
    require(permission)
    if not isinstance(row, GRANTABLE.get(permission, ())):
        problem = f"{permission} is not granted on single rows of this kind."
        raise InvalidInput(problem, fields={"permission": [problem]})
    known = Grant.objects.allowing(permission).filter(
        user_id=membership.user_id, object_pk=str(row.pk)
    )
    if known.exists():
        raise Conflict("This was granted already.", fields={"permission": ["Granted already."]})
    grant: Grant = Grant.objects.assign_perm(permission, membership.user, row)
    record(
        "grants.give",
        membership,
        after={"permission": permission, "row": str(row.pk), "row_label": str(row)},
    )
    return grant
