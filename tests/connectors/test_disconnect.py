"""Disconnecting: the keys go, the history stays."""

import pytest

from agents.models import Agent
from armproject.lib.errors import Conflict, Forbidden
from connectors.actions.begin_sync import begin_sync
from connectors.actions.disconnect import disconnect
from connectors.actions.note_trouble import note_trouble
from connectors.models import Connection, ConnectionStatus, SyncKind, SyncRun
from connectors.simulator import Simulator
from governance.models import AuditEvent
from tests.cast import House
from tests.connectors.simulated import connected, reread


def test_keys_are_destroyed_and_everything_else_stays(reaching: House, vendor: Simulator) -> None:
    row = connected(reaching, vendor)
    with reaching.inside("admin"):
        Agent.objects.create(connection=row, vendor="openai", vendor_agent_id="a1", name="Clerk")
        begin_sync(row, SyncKind.DISCOVERY)
        disconnect(row, "The contract ended.")
    gone = reread(reaching, row)
    assert gone.status == ConnectionStatus.DISCONNECTED
    assert (gone.admin_sealed, gone.runtime_sealed, gone.former_sealed) == (None, None, None)
    assert (gone.admin_hint, gone.runtime_hint, gone.reports) == ("", "", [])
    assert gone.disconnected_at is not None
    assert not gone.can("discover")
    with reaching.inside():
        assert Agent.objects.get().connection == row
        assert SyncRun.objects.get().connection == row
        event = AuditEvent.objects.get(action="connections.disconnect")
    assert event.reason == "The contract ended."
    assert event.before["credentials"] == ["admin", "runtime"]


def test_its_name_is_free_again(reaching: House, vendor: Simulator) -> None:
    row = connected(reaching, vendor)
    with reaching.inside("admin"):
        disconnect(row)
    assert connected(reaching, vendor).pk != row.pk
    with reaching.inside():
        assert Connection.objects.filter(name="OpenAI").count() == 2


def test_it_is_read_and_disconnected_no_more(reaching: House, vendor: Simulator) -> None:
    row = connected(reaching, vendor)
    with reaching.inside("admin"):
        disconnect(row)
        with pytest.raises(Conflict):
            disconnect(row)
        with pytest.raises(Conflict):
            begin_sync(row, SyncKind.USAGE)
        assert note_trouble(row, "credentials", "401").status == ConnectionStatus.DISCONNECTED


def test_only_who_may_write_connections_disconnects(reaching: House, vendor: Simulator) -> None:
    row = connected(reaching, vendor)
    with reaching.inside("member"), pytest.raises(Forbidden):
        disconnect(row)
    assert reread(reaching, row).is_connected
