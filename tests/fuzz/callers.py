"""Everybody who may come: each role, a role of the company's own, a key, and nobody at all."""

from accounts.roles import Role
from tests.accounts.people import signed_in
from tests.fuzz.estate import Estate

PEOPLE = (*Role.values, "watcher")
KEY, NOBODY = "key", "nobody"
CALLERS = (*PEOPLE, KEY, NOBODY)
SCOPES = ["agents.read", "agents.write", "alerts.read", "connections.read", "costs.read"]


def credential(estate: Estate, caller: str) -> dict[str, str]:
    """Return the headers with which this caller comes; people have just signed in."""
    if caller == NOBODY:
        return {}
    if caller == KEY:
        return {"Authorization": f"Bearer {estate.house.key(Role.DEVELOPER, SCOPES)}"}
    person = estate.house.people[caller]
    return {"Authorization": f"Bearer {signed_in(person.email)['access_token']}"}
