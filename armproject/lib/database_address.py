"""Where a database is and how to log in to it, as the environment says it."""

from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured


def database_at(url: str, name: str) -> dict[str, Any]:
    """Return Django's settings of the database at this address; `name` is the variable it is from.

    Raises `ImproperlyConfigured`, which shows nothing of the address: the password stands there.
    """
    try:
        found: dict[str, Any] = environ.Env.db_url_config(url)
    except Exception:  # noqa: BLE001 - whatever the library meets, its words may hold the password
        found = {}
    if not found.get("ENGINE"):
        raise ImproperlyConfigured(
            f"{name} is no address of a database. Write postgres://user:password@host:port/name;"
            " characters such as / : @ # in the password are percent-encoded."
        )
    return found
