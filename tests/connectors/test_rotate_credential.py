"""Putting a new key in place of an old one."""

from datetime import timedelta

import pytest
from django.utils import timezone

from armproject.lib.errors import Conflict, Forbidden, InvalidInput
from armproject.lib.secret import Secret
from connectors.actions.connect_vendor import connect_vendor
from connectors.actions.disconnect import disconnect
from connectors.actions.note_trouble import note_trouble
from connectors.actions.rotate_credential import rotate_credential
from connectors.base import CredentialKind
from connectors.kinds.custom import verify_signature
from connectors.models import Connection, ConnectionStatus
from connectors.simulator import Simulator, keys
from governance.models import AuditEvent
from tests.cast import House
from tests.connectors.simulated import breaks, connected, reread

ADMIN, RUNTIME = CredentialKind.ADMIN, CredentialKind.RUNTIME


def opened(house: House, row: Connection, kind: CredentialKind = RUNTIME) -> str:
    with house.inside():
        secret = Connection.objects.get(pk=row.pk).credential(kind)
    assert secret is not None
    return secret.reveal()


def test_a_new_key_takes_the_place_of_the_old_one(reaching: House, vendor: Simulator) -> None:
    row = connected(reaching, vendor)
    with reaching.inside("admin"):
        rotated, made = rotate_credential(row, RUNTIME, Secret(f"  {keys.OPENAI_READ_ONLY}\n"))
    assert made is None
    assert rotated.credential_version == row.credential_version + 1
    assert opened(reaching, row) == keys.OPENAI_READ_ONLY
    assert opened(reaching, row, ADMIN) == keys.OPENAI_ADMIN
    with reaching.inside():
        event = AuditEvent.objects.get(action="connections.rotate")
    assert event.details == {"credential": "runtime", "replaced": True}


def test_a_key_that_was_missing_is_added(reaching: House, vendor: Simulator) -> None:
    row = connected(reaching, vendor, admin_key="")
    assert not row.can("costs")
    with reaching.inside("admin"):
        rotated, _ = rotate_credential(row, ADMIN, Secret(keys.OPENAI_ADMIN))
    assert rotated.can("costs")


@pytest.mark.parametrize(
    "key", [keys.OPENAI_REVOKED, keys.OPENAI_ADMIN, "no key at all", "", "sk-unknown-key-000000"]
)
def test_a_wrong_key_changes_nothing(reaching: House, vendor: Simulator, key: str) -> None:
    row = connected(reaching, vendor)
    with reaching.inside("admin"), pytest.raises(InvalidInput) as caught:
        rotate_credential(row, RUNTIME, Secret(key))
    assert list(caught.value.details["fields"]) == ["key"]  # type: ignore[call-overload]
    kept = reread(reaching, row)
    assert (kept.credential_version, kept.status) == (1, ConnectionStatus.HEALTHY)
    assert opened(reaching, row) == keys.OPENAI_RUNTIME


def test_the_other_key_s_faults_do_not_stand_in_the_way(
    reaching: House, vendor: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = connected(reaching, vendor)
    monkeypatch.setitem(
        keys.OPENAI_KEYS, keys.OPENAI_ADMIN, keys.OPENAI_KEYS[keys.OPENAI_ADMIN_REVOKED]
    )
    with reaching.inside("admin"):
        rotated, _ = rotate_credential(row, RUNTIME, Secret(keys.OPENAI_READ_ONLY))
    assert rotated.status == ConnectionStatus.NEEDS_ATTENTION
    assert rotated.status_reason.startswith("Admin key:")


def test_a_key_is_kept_while_the_vendor_is_down(reaching: House, vendor: Simulator) -> None:
    row = connected(reaching, vendor, admin_key="")
    breaks(vendor, "503")
    with reaching.inside("admin"):
        rotated, _ = rotate_credential(row, RUNTIME, Secret(keys.OPENAI_READ_ONLY))
    assert rotated.status == ConnectionStatus.NEEDS_ATTENTION
    assert opened(reaching, row) == keys.OPENAI_READ_ONLY


def test_a_new_key_ends_the_trouble_of_the_old_one(reaching: House, vendor: Simulator) -> None:
    row = connected(reaching, vendor)
    with reaching.inside("admin"):
        note_trouble(row, "permission", "OpenAI answered 403.")
        rotated, _ = rotate_credential(row, RUNTIME, Secret(keys.OPENAI_READ_ONLY))
    assert rotated.status == ConnectionStatus.HEALTHY


def test_a_disconnected_connection_takes_no_key(reaching: House, vendor: Simulator) -> None:
    row = connected(reaching, vendor)
    with reaching.inside("admin"):
        disconnect(row)
        with pytest.raises(Conflict):
            rotate_credential(row, RUNTIME, Secret(keys.OPENAI_RUNTIME))


def test_only_who_may_write_connections_rotates(reaching: House, vendor: Simulator) -> None:
    row = connected(reaching, vendor)
    with reaching.inside("developer"), pytest.raises(Forbidden):
        rotate_credential(row, RUNTIME, Secret(keys.OPENAI_READ_ONLY))


def test_a_signing_secret_is_made_anew_and_the_former_counts_for_a_day(house: House) -> None:
    with house.inside("admin"):
        row, first = connect_vendor("Own agents", vendor="custom")
        row, second = rotate_credential(row, RUNTIME)
        assert row.signing_secrets() == (second, first)
        row.former_until = timezone.now() - timedelta(seconds=1)
        assert row.signing_secrets() == (second,)
        with pytest.raises(InvalidInput):
            rotate_credential(row, ADMIN)


def test_what_agents_sign_with_either_secret_is_believed(house: House) -> None:
    import base64
    import hashlib
    import hmac
    import time

    with house.inside("admin"):
        row, first = connect_vendor("Own agents", vendor="custom")
        row, _ = rotate_credential(row, RUNTIME)
        secrets = row.signing_secrets()
    assert first is not None
    sent = str(int(time.time()))
    key = base64.b64decode(first.reveal().removeprefix("whsec_"))
    mac = hmac.new(key, f"m1.{sent}.{{}}".encode(), hashlib.sha256).digest()
    headers = {
        "webhook-id": "m1",
        "webhook-timestamp": sent,
        "webhook-signature": f"v1,{base64.b64encode(mac).decode()}",
    }
    assert verify_signature(b"{}", headers, secrets) == "m1"
