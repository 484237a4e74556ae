"""Make a role of the organization's own."""

from collections.abc import Iterable

from django.db import transaction

from accounts.actions.add_member import refuse_above_own
from accounts.models import CustomRole
from accounts.permissions import require
from accounts.roles import PERMISSIONS, Role
from armproject.lib.audit import record
from armproject.lib.errors import Conflict, InvalidInput


@transaction.atomic
def create_role(name: str, permissions: Iterable[str]) -> CustomRole:
    """Make a role of the organization's own, which may do at most what its maker may do."""
    require("roles.write")
    role = CustomRole(name=name.strip(), permissions=sorted(set(permissions)))
    refuse_bad_role(role)
    refuse_above_own(role)
    role.save(force_insert=True)
    record("roles.create", role, after={"name": role.name, "permissions": role.permissions})
    return role


def refuse_bad_role(role: CustomRole) -> None:
    """Refuse permissions that do not exist and a name that is taken or means a built-in role."""
    if unknown := sorted(set(role.permissions) - PERMISSIONS):
        problem = f"Unknown permissions: {', '.join(unknown)}."
        raise InvalidInput(problem, fields={"permissions": [problem]})
    if not role.name or role.name.casefold() in Role.values:
        problem = "Choose a name that is not one of the built-in roles'."
        raise InvalidInput(problem, fields={"name": [problem]})
    if CustomRole.objects.filter(name__iexact=role.name).exclude(pk=role.pk).exists():
        raise Conflict("There is a role of this name.", fields={"name": ["This name is taken."]})
