"""Which role may do what: the one table."""

from collections.abc import Iterable

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
    "keys.read": AUDITORS,
    "keys.rotate": (Role.OWNER,),
    "subjects.read": AUDITORS,
    "subjects.erase": ADMINS,
    "members.read": EVERYBODY,
    "members.write": ADMINS,
    "roles.read": EVERYBODY,
    "roles.write": ADMINS,
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
    "agents.run": BUILDERS,
    "interactions.read": BUILDERS,
    "runs.read": READERS,
    "runs.repair": ADMINS,
    "contents.read": BUILDERS,
    "contents.write": ADMINS,
    "feedback.write": MEMBERS,
    "telemetry.write": MEMBERS,
    "quarantine.read": BUILDERS,
    "quarantine.open": ADMINS,
    "quarantine.decide": ADMINS,
    "memories.read": READERS,
    "memories.read_private": BUILDERS,
    "memories.write": MEMBERS,
    "memories.use": BUILDERS,
    "memories.review": ADMINS,
    "memories.manage": ADMINS,
    "memories.export": ADMINS,
    "memories.import": ADMINS,
    "costs.read": READERS,
    "costs.sync": BUILDERS,
    "alerts.read": READERS,
    "alerts.write": ADMINS,
    "alerts.decide": MEMBERS,
    "audit.read": AUDITORS,
    "audit.export": AUDITORS,
    "audit.verify": AUDITORS,
    "audit.hold": ADMINS,
    "jobs.read": BUILDERS,
    "jobs.replay": ADMINS,
    "subscriptions.read": BUILDERS,
    "subscriptions.write": ADMINS,
}

PERMISSIONS = frozenset(MATRIX)
CHOICES = sorted(MATRIX)


# What each permission lets somebody do, for people.
WORDS: dict[str, str] = {
    "organization.read": "See the organization's settings",
    "organization.write": "Change the organization's settings",
    "keys.read": "See which encryption keys there are",
    "keys.rotate": "Give the organization a new encryption key",
    "subjects.read": "See what is held about people",
    "subjects.erase": "Erase people, place and release legal holds",
    "members.read": "See who belongs to the organization",
    "members.write": "Invite and remove people, change their roles, grant access",
    "roles.read": "See which role may do what",
    "roles.write": "Make roles and change them",
    "api_keys.read": "See API keys",
    "api_keys.write": "Issue, rotate and revoke API keys",
    "connections.read": "See connections to vendors",
    "connections.write": "Connect, change, test and disconnect vendors",
    "agents.read": "See agents and their health",
    "agents.write": "Register agents, change and remove them",
    "agents.discover": "Look for agents at the vendors",
    "agents.check": "Check an agent's health now",
    "agents.heartbeat": "Report how an agent is",
    "agents.pause": "Pause and resume agents",
    "agents.inject": "Put instructions into an agent",
    "agents.run": "Have an agent begin work",
    "interactions.read": "Read what agents said",
    "runs.read": "See what agents did: runs, steps, tokens",
    "runs.repair": "Check the sums of runs, and mend them",
    "contents.read": "Read what people, models and tools said in runs",
    "contents.write": "Decide what of that is kept, and what is redacted",
    "feedback.write": "Say whether an agent helped",
    "telemetry.write": "Send telemetry",
    "quarantine.read": "See what was sent and could not be kept",
    "quarantine.open": "Read what is in it",
    "quarantine.decide": "Try to keep it once more, or drop it",
    "memories.read": "See and search what agents know",
    "memories.read_private": "Read what belongs to one person, agent or run alone",
    "memories.write": "Keep, change and forget memories",
    "memories.use": "Speak for agents at the memory tools",
    "memories.review": "Decide about memories that were withheld",
    "memories.manage": "Decide how memories are embedded, learned and cleaned up",
    "memories.export": "Export memories",
    "memories.import": "Import memories",
    "costs.read": "See usage and costs",
    "costs.sync": "Read costs from the vendors now",
    "alerts.read": "See alerts, rules and channels",
    "alerts.write": "Change rules and channels",
    "alerts.decide": "Acknowledge and resolve alerts",
    "audit.read": "Read the audit log",
    "audit.export": "Export the audit log",
    "audit.verify": "Verify the audit log",
    "audit.hold": "Place and lift audit holds",
    "jobs.read": "See jobs",
    "jobs.replay": "Run jobs again that were given up",
    "subscriptions.read": "See who outside hears of what happens, and what was delivered",
    "subscriptions.write": "Subscribe others to what happens, test, replay, end it",
}


# What the first part of a permission's name means, for people.
NOUNS: dict[str, str] = {
    "organization": "Organization",
    "keys": "Encryption keys",
    "subjects": "Personal data",
    "members": "Members",
    "roles": "Roles",
    "api_keys": "API keys",
    "connections": "Connections",
    "agents": "Agents",
    "interactions": "Interactions",
    "runs": "Runs",
    "contents": "Content of runs",
    "feedback": "Feedback",
    "telemetry": "Telemetry",
    "quarantine": "Quarantine",
    "memories": "Memory",
    "costs": "Costs",
    "alerts": "Alerts",
    "audit": "Audit log",
    "jobs": "Jobs",
    "subscriptions": "Subscriptions",
}


def rights_of(role: str, own: Iterable[str] | None = None) -> frozenset[str]:
    """Return every permission the role has; an unknown role has none.

    `own` are the permissions of a role the organization made for itself; it stands for `role`.
    """
    if own is not None:
        return PERMISSIONS & frozenset(own)
    return frozenset(name for name, roles in MATRIX.items() if role in roles)
