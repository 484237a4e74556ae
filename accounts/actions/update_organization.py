"""Change what is set for the whole organization."""

import re
from decimal import Decimal
from typing import Any
from zoneinfo import available_timezones

from django.db import transaction

from accounts.actions.delete_identity_provider import refuse_locking_out
from accounts.calls import KIB_OF_A_MIB, read_limits
from accounts.freshness import require_fresh
from accounts.models import Organization, User
from accounts.permissions import require
from armproject.lib import context
from armproject.lib.audit import record
from armproject.lib.currencies import CURRENCIES
from armproject.lib.errors import Forbidden, InvalidInput

HOST = re.compile(r"(?:[a-z0-9.-]+|\[[0-9a-f:]+\]):[0-9]{1,5}")
GATE = ("requires_mfa", "requires_sso", "step_up")
# What an organization may lower itself, and the volume each of them limits.
VOLUME = {
    "ingest_mib_limit": ("ingest_kib", KIB_OF_A_MIB),
    "ingest_items_limit": ("ingest_items", 1),
}
FIELDS = (
    *("name", "time_zone", "currency", "allowed_hosts", "rate_limit_factor", *VOLUME),
    *GATE,
)
# What concerns the whole installation, and what to say to who does not run it.
OPERATORS_ONLY = {
    "allowed_hosts": "Only an operator of this installation may change which hosts are open.",
    "rate_limit_factor": "Only an operator of this installation may change how many calls fit.",
}
MORE = "Only an operator of this installation may have more telemetry taken in than is usual."
FACTORS = (Decimal("0.01"), Decimal(1000))


@transaction.atomic
def update_organization(organization: Organization, **changes: Any) -> Organization:
    """Change the organization's name, time zone, currency, open hosts or how much it may send.

    Open hosts, and sending more than is usual, are for those who run this installation.
    """
    require("organization.write")
    organization = Organization.objects.select_for_update().get(pk=organization.pk)
    changes = {name: value for name, value in changes.items() if name in FIELDS}
    _refuse_bad(changes)
    for name, why in OPERATORS_ONLY.items():
        if changes.get(name, getattr(organization, name)) != getattr(organization, name):
            _refuse_unless_operator(name, why)
    for name, (kind, unit) in VOLUME.items():
        wanted, present = changes.get(name), getattr(organization, name)
        if _is_raised(wanted, present, read_limits().usual(kind) // unit):
            _refuse_unless_operator(name, MORE)
    if any(changes.get(name, now) != now for name, now in _gate(organization)):
        require_fresh()
    before = {name: getattr(organization, name) for name in changes}
    for name, value in changes.items():
        setattr(organization, name, value)
    organization.save(update_fields=list(changes))
    if changes.get("requires_sso"):
        refuse_locking_out()
    record("organization.update", organization, before=before, after=changes)
    return organization


def _is_raised(wanted: int | None, present: int | None, usual: int) -> bool:
    """Tell whether a limit is to be more than is usual, and more than it is."""
    if wanted is None or (present is not None and wanted <= present):
        return False
    return wanted > usual


def _refuse_unless_operator(name: str, why: str) -> None:
    """Refuse what reaches beyond the organization to anybody but who runs this installation."""
    principal = context.principal()
    if principal is None or principal.user_id is None:
        return
    if not User.objects.filter(pk=principal.user_id, is_operator=True).exists():
        problem = ["Ask an operator of this installation."]
        raise Forbidden(why, fields={name: problem})


def _refuse_bad(changes: dict[str, Any]) -> None:
    problems: dict[str, list[str]] = {}
    if changes.get("time_zone", "UTC") not in available_timezones():
        problems["time_zone"] = ["Name a zone of the tz database, such as Europe/Berlin."]
    if changes.get("currency", "USD") not in CURRENCIES:
        problems["currency"] = ["Use the ISO 4217 code of a currency in use, such as EUR."]
    hosts = changes.get("allowed_hosts", [])
    if not isinstance(hosts, list) or any(not HOST.fullmatch(str(host)) for host in hosts):
        problems["allowed_hosts"] = ["List hosts as host:port, such as llm.internal:8443."]
    if not FACTORS[0] <= changes.get("rate_limit_factor", 1) <= FACTORS[1]:
        problems["rate_limit_factor"] = [f"Give a number from {FACTORS[0]} to {FACTORS[1]}."]
    if problems:
        raise InvalidInput("Some settings cannot be used.", fields=problems)


def _gate(organization: Organization) -> list[tuple[str, Any]]:
    """Return what the organization asks of a sign-in."""
    return [(name, getattr(organization, name)) for name in GATE]
