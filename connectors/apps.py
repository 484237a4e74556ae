from django.apps import AppConfig


class ConnectorsConfig(AppConfig):
    name = "connectors"
    verbose_name = "Connections"

    def ready(self) -> None:
        from accounts.granting import offer
        from accounts.holdings import named_in
        from accounts.registry import add_holding
        from connectors.models import Connection, SyncRun

        offer(Connection, "connections.read", "connections.write")
        add_holding(named_in("readings", "Readings of vendors", SyncRun, "requested_by"))
