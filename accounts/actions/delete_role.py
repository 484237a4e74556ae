"""Do away with a role of the organization's own."""

from django.db import transaction

from accounts.actions.add_member import refuse_above_own
from accounts.models import CustomRole
from accounts.permissions import require
from armproject.lib.audit import record
from armproject.lib.errors import Conflict


@transaction.atomic
def delete_role(role: CustomRole) -> None:
    """Do away with a role that nobody has any more; what it was granted ends with it."""
    require("roles.write")
    role = CustomRole.objects.select_for_update().get(pk=role.pk)
    refuse_above_own(role)
    if holders := role.members.count():
        raise Conflict(f"{holders} people have this role; give them another one first.")
    if role.invitations.open().exists():
        raise Conflict("Somebody is invited to this role; revoke that invitation first.")
    grants, _ = role.grants.all().delete()
    record(
        "roles.delete",
        role,
        before={"name": role.name, "permissions": role.permissions},
        details={"grants_revoked": grants},
    )
    role.delete()
