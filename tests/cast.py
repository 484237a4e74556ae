"""The people of every test: a member, a colleague with less, a stranger from another company."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from accounts.actions.create_organization import create_organization
from accounts.fence import acting, fenced
from accounts.models import ApiKey, Membership, Organization, User
from accounts.roles import MATRIX, Role, rights_of
from armproject.lib import context
from armproject.lib.context import Context, Principal, PrincipalKind

PASSWORD = "correct horse battery staple"


@dataclass
class House:
    """An organization with one person in each role."""

    organization: Organization
    people: dict[str, User] = field(default_factory=dict)

    def __getattr__(self, role: str) -> User:
        try:
            return self.__dict__["people"][role]
        except KeyError:
            raise AttributeError(role) from None

    @contextmanager
    def inside(self, role: str = Role.OWNER) -> Iterator[Context]:
        """Act as the person with this role, with the fence up."""
        person = self.people[role]
        principal = Principal(PrincipalKind.MEMBER, str(person.pk), str(person), person.pk)
        with acting(principal, self.organization.pk, rights_of(role)) as now, fenced():
            yield now

    def open_hosts(self, *hosts: str) -> None:
        """Let the organization reach these hosts, as an operator would."""
        with self.inside():
            self.organization.allowed_hosts = list(hosts)
            self.organization.save(update_fields=["allowed_hosts"])

    def key(self, role: str = Role.OWNER, scopes: list[str] | None = None) -> str:
        """Return an API key of the person with this role."""
        with self.inside(role):
            key = ApiKey(
                user=self.people[role],
                name=f"{role}'s key",
                scopes=sorted(MATRIX) if scopes is None else scopes,
            )
            token = key.draw()
            key.save()
        return token.reveal()

    def api(self, role: str = Role.OWNER, scopes: list[str] | None = None) -> "Api":
        """Return an API client that calls with a key of this role."""
        return Api(self.key(role, scopes))

    def browser(self, role: str = Role.OWNER) -> Client:
        """Return a browser in which the person with this role is signed in."""
        client = Client()
        client.force_login(self.people[role])
        return client


class Api:
    """A program that speaks JSON to the API and looks at what comes back."""

    def __init__(self, token: str | None = None) -> None:
        self.client = Client(raise_request_exception=False)
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def call(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """Call a path under /api/v1 and return the response."""
        with context.use(Context()):
            return self.client.generic(
                method.upper(),
                f"/api/v1{path}",
                data="" if body is None else json.dumps(body),
                content_type="application/json",
                headers=self.headers,
                query_params={name: str(value) for name, value in query.items()},
            )

    def get(self, path: str, **query: Any) -> Any:
        return self.call("get", path, **query)

    def post(self, path: str, body: Any = None) -> Any:
        return self.call("post", path, {} if body is None else body)

    def patch(self, path: str, body: Any) -> Any:
        return self.call("patch", path, body)

    def delete(self, path: str) -> Any:
        return self.call("delete", path)


def make_house(name: str) -> House:
    """Found an organization and fill each role with a person."""
    slug = name.lower().replace(" ", "-")
    people = {
        role: User.objects.create_user(f"{role}@{slug}.example", PASSWORD, name=f"{role} of {name}")
        for role in Role.values
    }
    house = House(create_organization(name, slug=slug, owner=people[Role.OWNER]), people)
    with house.inside():
        for role in Role.values:
            if role != Role.OWNER:
                Membership.objects.create(user=people[role], role=role)
    return house
