"""What the product ought to allow, told once more: slowly, plainly, from a table of its own.

It shares no code with the product. Whoever changes who may do what changes both.
"""

from dataclasses import dataclass

# One letter a role: Owner, Admin, Developer, Member, Viewer, aUditor, and Custom, the test's own.
LETTERS = {
    "owner": "O",
    "admin": "A",
    "developer": "D",
    "member": "M",
    "viewer": "V",
    "auditor": "U",
    "custom": "C",
}
TABLE = {
    "organization.read": "OADMVU",
    "organization.write": "O",
    "members.read": "OADMVU",
    "members.write": "OA",
    "roles.read": "OADMVU",
    "roles.write": "OA",
    "api_keys.read": "OAD",
    "api_keys.write": "OAD",
    "connections.read": "OADMV",
    "connections.write": "OA",
    "agents.read": "OADMVC",
    "agents.write": "OADM",
    "agents.discover": "OAD",
    "agents.check": "OADMC",
    "agents.heartbeat": "OADM",
    "agents.pause": "OA",
    "agents.inject": "OA",
    "agents.run": "OAD",
    "interactions.read": "OAD",
    "runs.read": "OADMV",
    "runs.repair": "OA",
    "contents.read": "OAD",
    "contents.write": "OA",
    "feedback.write": "OADM",
    "telemetry.write": "OADM",
    "memories.read": "OADMV",
    "memories.read_private": "OAD",
    "memories.write": "OADM",
    "memories.use": "OAD",
    "memories.review": "OA",
    "memories.manage": "OA",
    "memories.export": "OA",
    "memories.import": "OA",
    "costs.read": "OADMV",
    "costs.sync": "OAD",
    "alerts.read": "OADMV",
    "alerts.write": "OA",
    "alerts.decide": "OADM",
    "audit.read": "OAU",
    "audit.export": "OAU",
    "jobs.read": "OAD",
    "jobs.replay": "OA",
    "quarantine.read": "OAD",
    "quarantine.open": "OA",
    "quarantine.decide": "OA",
    "subscriptions.read": "OAD",
    "subscriptions.write": "OA",
    "keys.read": "OAU",
    "keys.rotate": "O",
    "subjects.read": "OAU",
    "subjects.erase": "OA",
    "audit.verify": "OAU",
    "audit.hold": "OA",
}
ON_AGENTS = ("agents.read", "agents.write", "agents.pause", "agents.inject")
ON_CONNECTIONS = ("connections.read", "connections.write")


@dataclass(frozen=True)
class Question:
    """May somebody in this role, with a key of these scopes or none, do this, with this row?"""

    role: str
    permission: str
    scopes: frozenset[str] | None
    row: str  # "no row", "agent" or "connection"
    is_ours: bool = True
    # Who was granted, on this row, everything that can be: "them", "their role" or "another role".
    granted_to: str = "nobody"


def is_allowed(question: Question) -> bool:
    """Answer as a person with the table in hand would."""
    if question.scopes is not None and question.permission not in question.scopes:
        return False
    if not question.is_ours:
        return False
    if LETTERS[question.role] in TABLE[question.permission]:
        return True
    if question.granted_to not in ("them", "their role"):
        return False
    if question.row == "agent":
        return question.permission in ON_AGENTS
    return question.row == "connection" and question.permission in ON_CONNECTIONS
