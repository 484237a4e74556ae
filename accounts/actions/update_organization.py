"""Change what is set for the whole organization."""

import re
from typing import Any
from zoneinfo import available_timezones

from django.db import transaction

from accounts.models import Organization, User
from accounts.permissions import require
from armproject.lib import context
from armproject.lib.audit import record
from armproject.lib.errors import Forbidden, InvalidInput

HOST = re.compile(r"(?:[a-z0-9.-]+|\[[0-9a-f:]+\]):[0-9]{1,5}")
FIELDS = ("name", "time_zone", "currency", "allowed_hosts")


@transaction.atomic
def update_organization(organization: Organization, **changes: Any) -> Organization:
    """Change the organization's name, time zone, currency or the hosts it may reach."""
    require("organization.write")
    organization = Organization.objects.select_for_update().get(pk=organization.pk)
    changes = {name: value for name, value in changes.items() if name in FIELDS}
    _refuse_bad(changes)
    if changes.get("allowed_hosts", organization.allowed_hosts) != organization.allowed_hosts:
        _refuse_opening_hosts()
    before = {name: getattr(organization, name) for name in changes}
    for name, value in changes.items():
        setattr(organization, name, value)
    organization.save(update_fields=list(changes))
    record("organization.update", organization, before=before, after=changes)
    return organization


def _refuse_opening_hosts() -> None:
    """Refuse to open hosts inside the network to anybody but who runs this installation."""
    principal = context.principal()
    if principal is None or principal.user_id is None:
        return
    if not User.objects.filter(pk=principal.user_id, is_operator=True).exists():
        raise Forbidden(
            "Only an operator of this installation may change which hosts are open.",
            fields={"allowed_hosts": ["Ask an operator of this installation."]},
        )


def _refuse_bad(changes: dict[str, Any]) -> None:
    problems: dict[str, list[str]] = {}
    if changes.get("time_zone", "UTC") not in available_timezones():
        problems["time_zone"] = ["Name a zone of the tz database, such as Europe/Berlin."]
    if not re.fullmatch(r"[A-Z]{3}", changes.get("currency", "USD")):
        problems["currency"] = ["Use a three-letter code such as EUR."]
    hosts = changes.get("allowed_hosts", [])
    if not isinstance(hosts, list) or any(not HOST.fullmatch(str(host)) for host in hosts):
        problems["allowed_hosts"] = ["List hosts as host:port, such as llm.internal:8443."]
    if problems:
        raise InvalidInput("Some settings cannot be used.", fields=problems)
