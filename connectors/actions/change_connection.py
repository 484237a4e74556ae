"""Change where a connection leads or what it is called."""

import copy
from collections.abc import Mapping

from accounts.fence import fenced
from accounts.freshness import require_fresh
from accounts.permissions import require
from armproject.lib.audit import record
from armproject.lib.secret import Secret
from connectors import entries
from connectors.actions.follow_status import follow_status
from connectors.actions.start_reading import start_reading
from connectors.examination import Examination, try_target
from connectors.models import Connection

CHANGEABLE = ("name", "base_url", "options")
KEPT_OF_KEYS = ("admin_sealed", "admin_hint", "runtime_sealed", "runtime_hint")
DRAFTED = (*CHANGEABLE, *KEPT_OF_KEYS, "former_sealed", "former_until")


def change_connection(
    connection: Connection,
    *,
    name: str | None = None,
    base_url: str | None = None,
    options: Mapping[str, object] | None = None,
    admin_key: Secret | None = None,
    runtime_key: Secret | None = None,
) -> Connection:
    """Change a connection's name, address, options or keys; what is not given stays as it is.

    A stored key belongs to the host it was given for: where scheme, host or port change, keys that
    are not given again are destroyed, never sent to the new host.
    """
    require("connections.write", connection)
    with fenced():
        asked = Connection.objects.get(pk=connection.pk)
        asked.refuse_disconnected()
        draft = copy.copy(asked)
        _rename(draft, name)
        _move(draft, base_url, options)
        for kind, key in entries.clean_keys(draft.vendor, admin_key, runtime_key).items():
            draft.keep_credential(kind, key)
        target = draft.target()
    leads_elsewhere = _reach(draft) != _reach(asked)
    if leads_elsewhere:
        require_fresh()
    examination = try_target(draft.vendor, target) if leads_elsewhere else None
    with fenced():
        row = Connection.objects.claim(asked)
        _keep(row, draft, examination)
        _record(row, asked)
    return row


def _rename(draft: Connection, name: str | None) -> None:
    if name is not None:
        draft.name = entries.clean_name(name)
        draft.refuse_taken_name()


def _move(draft: Connection, base_url: str | None, options: Mapping[str, object] | None) -> None:
    if options is not None:
        draft.options = entries.clean_options(draft.vendor, options)
    if base_url is None:
        return
    former, draft.base_url = draft.base_url, entries.clean_base_url(draft.vendor, base_url)
    if entries.origin_of(former) != entries.origin_of(draft.base_url):
        draft.drop_credentials()


def _reach(row: Connection) -> tuple[object, ...]:
    """Return all that decides whom a connection asks, and as whom."""
    return row.base_url, row.options, row.admin_sealed, row.runtime_sealed


def _keep(row: Connection, draft: Connection, examination: Examination | None) -> None:
    for field in DRAFTED:
        setattr(row, field, getattr(draft, field))
    if examination is not None:
        row.credential_version += 1
        row.troubles = {}
        row.keep_test(*examination.as_json())
    row.store()
    follow_status(row)
    if examination is not None:
        start_reading(row)


def _record(row: Connection, asked: Connection) -> None:
    changed = [field for field in CHANGEABLE if getattr(row, field) != getattr(asked, field)]
    record(
        "connections.change",
        row,
        before={field: getattr(asked, field) for field in changed},
        after={field: getattr(row, field) for field in changed},
        details={"credentials_left": sorted(row.credential_kinds()), "status": row.status},
    )
