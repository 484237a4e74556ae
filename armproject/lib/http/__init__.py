"""The one way out: HTTP to other systems that cannot be steered inwards, hung or flooded."""

from armproject.lib.http.client import Client
from armproject.lib.http.destination import Destination, Reach
from armproject.lib.http.reply import Reply, RequestFailed

__all__ = ["Client", "Destination", "Reach", "Reply", "RequestFailed"]
