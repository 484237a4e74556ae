"""Work of this app: every connection is tested again each hour."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from accounts.fence import fenced
from connectors.actions.retest_connections import KIND, retest_connections
from connectors.actions.test_connection import test_connection
from connectors.models import Connection
from jobs.registry import every, handles
from jobs.running import JobRun
from jobs.subjects import subjects

every(timedelta(hours=1), "connectors.test_all", label="Test every connection")


@subjects("connection", permission="connections.read", page="admin:connectors_connection_change")
def names_of_connections(ids: Sequence[UUID]) -> Mapping[UUID, str]:
    return dict(Connection.objects.filter(pk__in=ids).values_list("pk", "name"))


@handles("connectors.test_all")
def test_all(run: JobRun) -> None:
    with run.finish():
        retest_connections()


@handles(KIND, lease=timedelta(minutes=3), max_attempts=3)
def test(run: JobRun) -> None:
    with fenced():
        asked = list(Connection.objects.asked().filter(pk=run.args["connection"]))
    for connection in asked:
        test_connection(connection)
