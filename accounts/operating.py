"""Acting in one organization, for who runs the installation and knows it by its short name."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from accounts.fence import acting
from accounts.permissions import system
from accounts.roles import Role, rights_of
from armproject.lib.errors import NotFound


@contextmanager
def operating(slug: str) -> Iterator[None]:
    """Act as the operator in the organization with this short name; raises NotFound."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM arm_find_organization(%s)", [slug])
        found = cursor.fetchone()
    if found is None:
        raise NotFound(f"There is no organization called {slug}.")
    with acting(system("operator"), found[0], rights_of(Role.OWNER)):
        yield
