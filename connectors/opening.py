"""From a row to the vendor behind it: the one place that opens credentials for use."""

from connectors.base import Connector
from connectors.models import Connection
from connectors.registry import load


def open_connector(connection: Connection) -> Connector:
    """Return the connector of this connection, to be used outside the transaction.

    Call it inside `fenced()`: it opens the credentials. Close the connector after use, or use it
    as a context manager.
    """
    return load(connection.vendor)(connection.target())
