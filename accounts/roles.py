"""Which role may do what: the one table."""

from django.db import models


class Role(models.TextChoices):
    OWNER = "owner", "Owner"
    ADMIN = "admin", "Admin"
    DEVELOPER = "developer", "Developer"
    MEMBER = "member", "Member"
    VIEWER = "viewer", "Viewer"
    AUDITOR = "auditor", "Auditor"


ADMINS = (Role.OWNER, Role.ADMIN)
BUILDERS = (*ADMINS, Role.DEVELOPER)
MEMBERS = (*BUILDERS, Role.MEMBER)
READERS = (*MEMBERS, Role.VIEWER)
AUDITORS = (*ADMINS, Role.AUDITOR)
EVERYBODY = (*READERS, Role.AUDITOR)

MATRIX: dict[str, tuple[Role, ...]] = {
    "organization.read": EVERYBODY,
    "organization.write": (Role.OWNER,),
    "members.read": EVERYBODY,
    "members.write": ADMINS,
    "api_keys.read": BUILDERS,
    "api_keys.write": BUILDERS,
    "connections.read": READERS,
    "connections.write": ADMINS,
    "agents.read": READERS,
    "agents.write": MEMBERS,
    "agents.discover": BUILDERS,
    "agents.check": MEMBERS,
    "agents.heartbeat": MEMBERS,
    "agents.pause": ADMINS,
    "agents.inject": ADMINS,
    "interactions.read": BUILDERS,
    "costs.read": READERS,
    "costs.sync": BUILDERS,
    "alerts.read": READERS,
    "alerts.write": ADMINS,
    "alerts.decide": MEMBERS,
    "audit.read": AUDITORS,
    "audit.export": AUDITORS,
    "jobs.read": BUILDERS,
    "jobs.replay": ADMINS,
}

PERMISSIONS = frozenset(MATRIX)


def rights_of(role: str) -> frozenset[str]:
    """Return every permission the role has; an unknown role has none."""
    return frozenset(name for name, roles in MATRIX.items() if role in roles)


# From weakest to strongest; nobody grants a role above their own.
LADDER = (
    Role.AUDITOR,
    Role.VIEWER,
    Role.MEMBER,
    Role.DEVELOPER,
    Role.ADMIN,
    Role.OWNER,
)


def outranks(role: str, other: str) -> bool:
    """Tell whether `role` stands above `other`."""
    return LADDER.index(Role(role)) > LADDER.index(Role(other))
