"""Change what a role of the organization's own may do."""

from collections.abc import Iterable

from django.db import transaction

from accounts.actions.add_member import refuse_above_own
from accounts.actions.create_role import refuse_bad_role
from accounts.freshness import require_fresh
from accounts.models import CustomRole
from accounts.permissions import require
from accounts.recent_keys import recent_keys
from armproject.lib.audit import record


@transaction.atomic
def update_role(
    role: CustomRole, *, name: str | None = None, permissions: Iterable[str] | None = None
) -> CustomRole:
    """Change a role's name or permissions; whoever has it may do that much within a second."""
    require("roles.write")
    require_fresh()
    role = CustomRole.objects.select_for_update().get(pk=role.pk)
    refuse_above_own(role)
    before = {"name": role.name, "permissions": role.permissions}
    role.name = role.name if name is None else name.strip()
    if permissions is not None:
        role.permissions = sorted(set(permissions))
    refuse_bad_role(role)
    refuse_above_own(role)
    role.save(update_fields=["name", "permissions"])
    after = {"name": role.name, "permissions": role.permissions}
    record("roles.update", role, before=before, after=after)
    transaction.on_commit(recent_keys.forget)
    return role
