"""Changing a connection: its name is free to change, its host costs the keys."""

import pytest

from armproject.lib.errors import InvalidInput
from armproject.lib.secret import Secret
from connectors.actions.change_connection import change_connection
from connectors.actions.connect_vendor import connect_vendor
from connectors.models import Connection, ConnectionStatus
from connectors.simulator import Simulator, keys
from governance.models import AuditEvent
from tests.cast import House
from tests.connectors.simulated import allow, asked, connected, reread


def test_a_name_changes_without_asking_the_vendor(reaching: House, vendor: Simulator) -> None:
    row = connected(reaching, vendor)
    asked(vendor)
    with reaching.inside("admin"):
        changed = change_connection(row, name="  Production ")
        event = AuditEvent.objects.get(action="connections.change")
    assert (changed.name, changed.credential_version) == ("Production", 1)
    assert (event.before, event.after) == ({"name": "OpenAI"}, {"name": "Production"})
    assert asked(vendor) == []


def test_a_taken_name_is_refused(reaching: House, vendor: Simulator) -> None:
    connected(reaching, vendor, "Production")
    row = connected(reaching, vendor)
    with reaching.inside("admin"), pytest.raises(InvalidInput) as caught:
        change_connection(row, name="Production")
    assert list(caught.value.details["fields"]) == ["name"]  # type: ignore[call-overload]


def test_another_host_never_sees_a_stored_key(reaching: House, vendor: Simulator) -> None:
    row = connected(reaching, vendor)
    with Simulator(8, 1) as other:
        allow(reaching, vendor, other)
        with reaching.inside("admin"):
            changed = change_connection(row, base_url=other.openai_url)
        assert asked(other) == []
    kept = reread(reaching, row)
    assert (kept.base_url, kept.credential_kinds()) == (changed.base_url, [])
    assert (kept.admin_hint, kept.runtime_hint) == ("", "")
    assert kept.status == ConnectionStatus.NEEDS_ATTENTION
    assert kept.status_reason == "There is no key any more; enter one."
    assert not kept.can("discover")


def test_another_port_is_another_host_and_takes_the_keys_given_with_it(
    reaching: House, vendor: Simulator
) -> None:
    row = connected(reaching, vendor)
    with Simulator(8, 1) as other:
        allow(reaching, vendor, other)
        with reaching.inside("admin"):
            changed = change_connection(
                row, base_url=other.openai_url, runtime_key=Secret(keys.OPENAI_READ_ONLY)
            )
    assert changed.status == ConnectionStatus.HEALTHY
    assert changed.credential_kinds() == ["runtime"]


def test_another_path_of_the_same_host_keeps_the_keys(reaching: House, vendor: Simulator) -> None:
    row = connected(reaching, vendor)
    with reaching.inside("admin"):
        same = change_connection(row, base_url=f"{vendor.openai_url.replace('http', 'HTTP')}/")
        assert same.credential_kinds() == ["admin", "runtime"]
        with pytest.raises(InvalidInput, match="answered 404"):
            change_connection(row, base_url=f"{vendor.url}/openai/v2")
        kept = Connection.objects.get(pk=row.pk)
    assert kept.credential_kinds() == ["admin", "runtime"]
    assert kept.status == ConnectionStatus.HEALTHY


@pytest.mark.parametrize("base_url", ["https://10.0.0.8", "nonsense", "https://[", "http://a:b@c"])
def test_a_forbidden_host_changes_nothing(
    reaching: House, vendor: Simulator, base_url: str
) -> None:
    row = connected(reaching, vendor)
    with reaching.inside("admin"), pytest.raises(InvalidInput) as caught:
        change_connection(row, base_url=base_url)
    assert list(caught.value.details["fields"]) == ["base_url"]  # type: ignore[call-overload]
    kept = reread(reaching, row)
    assert (kept.base_url, kept.status) == (vendor.openai_url, ConnectionStatus.HEALTHY)
    assert kept.credential_kinds() == ["admin", "runtime"]


def test_options_are_those_the_vendor_knows(reaching: House, vendor: Simulator) -> None:
    row = connected(reaching, vendor)
    with reaching.inside("admin"):
        changed = change_connection(row, options={"project": "proj_1", "organization": ""})
        assert changed.options == {"project": "proj_1"}
        with pytest.raises(InvalidInput):
            change_connection(row, options={"workspace_id": "x"})


def test_agents_of_ones_own_have_no_address(house: House) -> None:
    with house.inside("admin"):
        row, _ = connect_vendor("Own agents", vendor="custom")
        assert change_connection(row, name="Renamed", base_url="").status == "healthy"
        with pytest.raises(InvalidInput):
            change_connection(row, base_url="https://example.com")
