"""Let people hear of a connection that needs them."""

from django.db import transaction

from connectors.models import Connection, ConnectionStatus
from governance.actions.clear_alert import clear_alert
from governance.actions.raise_alert import raise_alert

KIND = "connection"


@transaction.atomic
def follow_status(connection: Connection, fault: str = "") -> None:
    """Raise one alert for trouble that only a person can mend, and clear it when it has passed.

    `fault` names the trouble just met; without one an alert is never raised, only cleared.
    """
    if connection.status != ConnectionStatus.NEEDS_ATTENTION:
        clear_alert(KIND, connection)
    elif fault:
        name = f"{connection} needs attention"
        raise_alert(KIND, connection, name=name, message=connection.status_reason)
