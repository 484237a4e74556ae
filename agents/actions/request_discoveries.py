"""Ask for the discovery of every connection."""

from django.db import transaction

from accounts.permissions import require
from agents.actions.request_discovery import request_discovery
from connectors.base import Verb
from connectors.models import Connection
from jobs.models import Job


@transaction.atomic
def request_discoveries() -> list[Job]:
    """Queue the discovery of every connection through which agents can be listed."""
    require("agents.discover")
    asked = Connection.objects.asked()
    return [request_discovery(each) for each in asked if each.can(Verb.DISCOVER)]
