"""Everybody who may come: each role, a role of the company's own, a key, and nobody at all."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from accounts.models import SignInCounter
from accounts.roles import Role
from tests.accounts.people import signed_in
from tests.fuzz.estate import Estate

PEOPLE = (*Role.values, "watcher")
KEY, NOBODY = "key", "nobody"
CALLERS = (*PEOPLE, KEY, NOBODY)
SCOPES = ["agents.read", "agents.write", "alerts.read", "connections.read", "costs.read"]

# After so many operations people sign in anew: a sign-in ends, however slow the machine is.
SHIFT = 40
T = TypeVar("T")


def in_shifts(estate: Estate, caller: str, work: Iterable[T]) -> Iterator[tuple[T, dict[str, str]]]:
    """Yield each piece of work with the headers with which this caller comes."""
    headers: dict[str, str] = {}
    for number, each in enumerate(work):
        if number % SHIFT == 0:
            headers = credential(estate, caller)
        yield each, headers


def credential(estate: Estate, caller: str) -> dict[str, str]:
    """Return the headers with which this caller comes; people have just signed in."""
    if caller == NOBODY:
        return {}
    if caller == KEY:
        return {"Authorization": f"Bearer {estate.house.key(Role.DEVELOPER, SCOPES)}"}
    SignInCounter.objects.all().delete()  # so many people at one address are many attempts
    person = estate.house.people[caller]
    return {"Authorization": f"Bearer {signed_in(person.email)['access_token']}"}
