"""Connect a vendor."""

from collections.abc import Mapping

from accounts.fence import fenced
from accounts.freshness import require_fresh
from accounts.permissions import require
from armproject.lib import context
from armproject.lib.audit import record
from armproject.lib.errors import InvalidInput
from armproject.lib.http.signed import new_signing_secret
from armproject.lib.secret import Secret
from connectors import entries
from connectors.actions.start_reading import start_reading
from connectors.base import CredentialKind, Target
from connectors.examination import try_target
from connectors.models import Connection


def connect_vendor(
    name: str,
    *,
    vendor: str,
    base_url: str = "",
    admin_key: Secret | None = None,
    runtime_key: Secret | None = None,
    options: Mapping[str, object] | None = None,
) -> tuple[Connection, Secret | None]:
    """Connect a vendor after trying each of its keys alone, and begin to read what is there.

    Nothing is kept of what the vendor refuses. Where it is away, slow or unpaid, and where
    a key may not do everything, that is kept as the connection's state. For agents that report
    by themselves ARM makes the secret they sign with, and returns it this once.
    """
    require("connections.write")
    require_fresh()
    connection = Connection(
        name=entries.clean_name(name),
        vendor=entries.clean_vendor(vendor),
        base_url=entries.clean_base_url(vendor, base_url),
        options=entries.clean_options(vendor, options or {}),
    )
    keys = entries.clean_keys(vendor, admin_key, runtime_key)
    made = new_signing_secret() if connection.is_reported_to else None
    if made:
        keys[CredentialKind.RUNTIME] = made
    if not keys:
        raise _no_key()
    with fenced():
        connection.refuse_taken_name()
        target = _furnish(connection, keys)
    examination = try_target(vendor, target)
    with fenced():
        connection.keep_test(*examination.as_json())
        connection.store(force_insert=True)
        record("connections.connect", connection, after=_facts(connection, keys))
        start_reading(connection)
    return connection, made


def _furnish(connection: Connection, keys: Mapping[CredentialKind, Secret]) -> Target:
    """Seal the keys into the row that is to be, and return whom to ask."""
    principal = context.principal()
    connection.created_by_id = principal.user_id if principal else None
    for kind, key in keys.items():
        connection.keep_credential(kind, key)
    return connection.target()


def _no_key() -> InvalidInput:
    return InvalidInput(
        "Enter a runtime key, an admin key, or both.",
        fields={"runtime_key": ["Enter a runtime key, an admin key, or both."]},
    )


def _facts(connection: Connection, keys: Mapping[CredentialKind, Secret]) -> dict[str, object]:
    return {
        "name": connection.name,
        "vendor": connection.vendor,
        "base_url": connection.base_url,
        "options": connection.options,
        "credentials": sorted(keys),
        "status": connection.status,
    }
