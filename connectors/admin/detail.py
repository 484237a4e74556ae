"""What the page about one connection shows."""

from collections.abc import Mapping
from typing import Any

from django.urls import NoReverseMatch, reverse

from accounts.permissions import has_permission
from connectors.admin.words import (
    STATE_COLOURS,
    STATUS_COLOURS,
    capability_rows,
    found_words,
    verb_chips,
)
from connectors.base import CredentialKind
from connectors.catalogue import Credential, offer_of
from connectors.forms import LABELS
from connectors.models import Connection, SyncRun

NEWEST = 10


def detail_of(row: Connection, *, may_change: bool) -> dict[str, Any]:
    """Return everything the page needs, read inside the fence."""
    offer = offer_of(row.vendor)
    return {
        "offer": offer,
        "may_change": may_change and row.is_connected,
        "may_see_access": has_permission("members.read"),
        "notice": _notice(row),
        "status_colour": STATUS_COLOURS[row.get_status_display()],
        "credentials": [_credential(row, each) for each in reversed(offer.credentials)],
        "options": [(option.label, row.options.get(option.name)) for option in offer.options],
        "capabilities": capability_rows(row.capabilities),
        "syncs": [_sync(run) for run in row.syncs.order_by("-id")[:NEWEST]],
        "agents_url": _agents_url(row),
    }


def _notice(row: Connection) -> str:
    """Return what is to be said of the connection that its keys do not say themselves."""
    said_by_keys = row.is_connected and not row.troubles and bool(row.credential_kinds())
    return "" if said_by_keys else row.status_reason


def _credential(row: Connection, credential: Credential) -> dict[str, Any]:
    kind = CredentialKind(credential.kind)
    report = row.report_of(kind) or {}
    return {
        "kind": kind,
        "label": "Signing secret" if row.is_reported_to else LABELS[kind],
        "is_there": row.has_credential(kind),
        "hint": getattr(row, f"{kind}_hint"),
        "help": credential.hint,
        "report": report,
        "state": _state(report),
        "chips": verb_chips(report.get("unlocks") or ()),
        "would_unlock": verb_chips(credential.unlocks),
    }


def _state(report: Mapping[str, Any]) -> str:
    """Return the colour of a report: good, partial where something is missing, bad, or none."""
    if not report:
        return "none"
    if not report["ok"]:
        return "bad"
    return "partial" if report["missing_permissions"] else "good"


def _sync(run: SyncRun) -> dict[str, Any]:
    return {
        "run": run,
        "colour": STATE_COLOURS[run.get_state_display()],
        "found": found_words(run.found) if run.finished_at and not run.error else "",
    }


def _agents_url(row: Connection) -> str:
    """Return where this connection's agents are listed, if the Studio has such a page."""
    try:
        listed = reverse("admin:agents_agent_changelist")
    except NoReverseMatch:
        return ""
    return f"{listed}?connection__id__exact={row.pk}"
