"""Readings of a vendor, from their beginning to what they could not read."""

import pytest

from armproject.lib.errors import Conflict, Forbidden
from connectors.actions.begin_sync import LOST, begin_sync
from connectors.actions.finish_sync import finish_sync
from connectors.base import Unread
from connectors.models import Connection, SyncKind, SyncRun, SyncState
from connectors.simulator import Simulator
from tests.cast import House
from tests.connectors.simulated import connected

UNREAD = Unread("automations", "OpenAI answered 503.", "unavailable")


@pytest.fixture
def row(reaching: House, vendor: Simulator) -> Connection:
    return connected(reaching, vendor)


def test_a_reading_says_who_asked_what_came_of_it_and_when(house: House, row: Connection) -> None:
    with house.inside("developer"):
        run = begin_sync(row, SyncKind.DISCOVERY)
        assert (run.state, run.requested_by) == (SyncState.RUNNING, str(house.developer))
        done = finish_sync(run, {"new": 3, "changed": 0})
    assert (done.state, done.found, done.unread) == ("complete", {"new": 3, "changed": 0}, [])
    with house.inside():
        assert Connection.objects.get().synced_at == done.finished_at


@pytest.mark.parametrize(
    ("unread", "error", "state"),
    [((), "", "complete"), ((UNREAD,), "", "partial"), ((UNREAD,), "It broke.", "failed")],
)
def test_what_was_not_read_decides_the_state(
    house: House, row: Connection, unread: tuple[Unread, ...], error: str, state: str
) -> None:
    with house.inside():
        finish_sync(begin_sync(row, SyncKind.USAGE), {"rows": 1}, unread, error)
        kept = SyncRun.objects.get()
    assert kept.state == state
    assert kept.unread == [
        {"what": "automations", "why": "OpenAI answered 503.", "fault": "unavailable"}
        for _ in unread
    ]


def test_a_reading_that_a_dead_worker_left_is_closed_by_the_next(
    house: House, row: Connection
) -> None:
    with house.inside():
        dead = begin_sync(row, SyncKind.USAGE)
        other = begin_sync(row, SyncKind.DISCOVERY)
        begin_sync(row, SyncKind.USAGE)
        closed = SyncRun.objects.get(pk=dead.pk)
        assert (closed.state, closed.error) == (SyncState.FAILED, LOST)
        assert closed.finished_at is not None
        assert SyncRun.objects.get(pk=other.pk).state == SyncState.RUNNING
        with pytest.raises(Conflict):
            finish_sync(dead, {"rows": 9})


@pytest.mark.parametrize("kind", list(SyncKind))
def test_only_who_may_read_the_vendor_begins(house: House, row: Connection, kind: SyncKind) -> None:
    with house.inside("viewer"), pytest.raises(Forbidden):
        begin_sync(row, kind)


def test_another_company_s_connection_is_not_read(
    house: House, neighbours: House, row: Connection
) -> None:
    with neighbours.inside(), pytest.raises(Connection.DoesNotExist):
        begin_sync(row, SyncKind.COSTS)
