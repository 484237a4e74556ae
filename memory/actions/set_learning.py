"""Set how an organization, or one agent, learns."""

from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.permissions import require
from agents.models import Agent
from armproject.lib.audit import record
from armproject.lib.http import Destination, Reach, RequestFailed
from memory.entries import clean_line, refused
from memory.models import LearningSetting

OPEN = (
    "base_url",
    "model",
    "daily_calls",
    "daily_cost",
    "enriches",
    "enrich_tokens",
    "extracts",
)
MOST_CALLS = 1_000_000
MOST_DOLLARS = Decimal(1_000_000)
MOST_TOKENS = 100_000


@transaction.atomic
def set_learning(
    agent: Agent | None = None, *, key: str | None = None, **said: Any
) -> LearningSetting:
    """Set how learning goes in the organization, or for one agent, whose setting then counts alone.

    `said` may hold base_url, model, daily_calls, daily_cost, enriches, enrich_tokens and extracts;
    what is not said stays. `key` is the endpoint's: None keeps it, "" drops it. Another address
    drops the key, too: a key is only ever sent to where it was entered for.
    """
    require("memories.manage")
    row = LearningSetting.objects.filter(agent=agent).select_for_update(of=("self",)).first()
    is_new = row is None
    row = row or LearningSetting(agent=agent)
    before = {name: getattr(row, name) for name in OPEN}
    for name, value in said.items():
        setattr(row, name, _clean(name, value))
    if row.base_url != before["base_url"] and key is None:
        key = ""
    if key is not None:
        row.keep_key(clean_line("key", key))
    _check(row)
    row.changed_at = timezone.now()
    row.save()
    changed = [name for name in OPEN if is_new or getattr(row, name) != before[name]]
    record(
        "learning.set",
        row,
        before={} if is_new else {name: _plain(before[name]) for name in changed},
        after={name: _plain(getattr(row, name)) for name in changed},
        details={"key_changed": key is not None},
    )
    return row


def _clean(name: str, value: Any) -> Any:
    if name not in OPEN:
        raise refused(name, "This cannot be set.")
    match name:
        case "base_url" | "model":
            return clean_line(name, value)
        case "daily_calls" if not 0 <= value <= MOST_CALLS:
            raise refused(name, f"Give a number from 0 to {MOST_CALLS:,}.")
        case "enrich_tokens" if not 0 <= value <= MOST_TOKENS:
            raise refused(name, f"Give a number from 0 to {MOST_TOKENS:,}.")
        case "daily_cost" if not 0 <= value <= MOST_DOLLARS:
            raise refused(name, f"Give an amount from 0 to {MOST_DOLLARS:,} dollars.")
    return value


def _check(row: LearningSetting) -> None:
    """Refuse an address that may not be called, and half an endpoint."""
    if bool(row.base_url) != bool(row.model):
        missing = "model" if row.base_url else "base_url"
        raise refused(missing, "Name both the endpoint's address and its model, or neither.")
    if row.extracts and not row.has_model:
        raise refused("extracts", "Name a model first: without one nothing is guessed.")
    if not row.base_url:
        return
    try:
        Destination.parse(row.base_url, Reach(frozenset(row.organization.allowed_hosts)))
    except RequestFailed as failed:
        raise refused("base_url", failed.message) from None


def _plain(value: Any) -> Any:
    return str(value.normalize()) if isinstance(value, Decimal) else value
