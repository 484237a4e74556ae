"""Append to the audit log."""

import dataclasses
import json
from typing import Any
from uuid import UUID

from django.db import connection

from accounts.fence import current_organization_id
from accounts.sealing import audit_mac
from accounts.subject_keys import lock_away
from armproject.lib import context
from armproject.lib.audit import Deed
from armproject.lib.ids import uuid7
from governance.proof import COLUMNS, DIFFS, PERSONAL

DEED = tuple(field.name for field in dataclasses.fields(Deed))
REQUEST = ("request_id", "trace_id", "address", "user_agent")


def append_event(deed: Deed) -> None:
    """Append one event in the transaction of the change, which fails if it cannot be kept."""
    event_id, organization_id = uuid7(), current_organization_id()
    facts = _facts(deed)
    stated = _without_names(event_id, facts)
    payload = canonical({**stated, "id": event_id, "organization_id": organization_id})
    diffs = [canonical(facts[name]) for name in DIFFS]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO governance_auditevent (id, organization_id, payload, mac,"  # noqa: S608
            f" before, after, details, {', '.join(COLUMNS)})"
            f" VALUES (%s, %s, %s, %s, %s, %s, %s, {', '.join(['%s'] * len(COLUMNS))})",
            [
                event_id,
                organization_id,
                payload,
                audit_mac(payload),
                *diffs,
                *(facts[name] for name in COLUMNS),
            ],
        )


def _without_names(event_id: UUID, facts: dict[str, Any]) -> dict[str, Any]:
    """Return the facts with what names people under their keys, in `sealed`.

    Of somebody who was erased nothing is kept, in the facts neither.
    """
    stated, sealed = dict(facts), {}
    for part, fields in PERSONAL.items():
        user_id = facts[f"{part}_user_id"]
        if user_id is None:
            continue
        named = {name: stated.pop(name) for name in fields}
        sealed[part] = lock_away(user_id, event_id, part, named)
        if sealed[part] is None:
            facts.update({name: type(named[name])() for name in fields})
    return {**stated, "sealed": sealed} if sealed else stated


def canonical(value: Any) -> str:
    """Return the one JSON spelling of a value: sorted keys, no spaces, no NaN."""
    return json.dumps(
        value,
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
        allow_nan=False,
        default=str,
    )


def _facts(deed: Deed) -> dict[str, Any]:
    now = context.current()
    who, request = now.principal, now.request
    return {
        **{name: getattr(deed, name) for name in DEED},
        **{name: getattr(request, name)[:300] for name in REQUEST},
        "actor_kind": str(who.kind) if who else "anonymous",
        "actor_id": who.id if who else "",
        "actor_label": who.label[:200] if who else "",
        "actor_user_id": who.user_id if who else None,
        "reason": deed.reason[:500],
    }
