"""Testing a connection again: by people, by the hour, and while it changes."""

from typing import Any

import pytest

from armproject.lib.errors import Conflict, Forbidden
from connectors.actions.disconnect import disconnect
from connectors.actions.note_recovery import note_recovery
from connectors.actions.note_trouble import note_trouble
from connectors.actions.rotate_credential import rotate_credential
from connectors.actions.test_connection import test_connection as try_connection
from connectors.base import CredentialKind
from connectors.examination import Examination, examine
from connectors.models import Connection, ConnectionStatus
from connectors.simulator import Simulator, keys
from connectors.simulator.keys import OPENAI_KEYS
from governance.models import Alert, AuditEvent
from jobs.actions.run_job import run_job
from jobs.actions.run_schedule import run_schedule
from jobs.models import Job, JobState
from tests.cast import House
from tests.connectors.simulated import breaks, connected, reread


@pytest.fixture
def news(reaching: House) -> Any:
    """How often people heard of the troubled connection."""

    def heard() -> int:
        with reaching.inside():
            return sum(alert.occurrences for alert in Alert.objects.all())

    return heard


@pytest.fixture
def revoked(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let the vendor revoke the demo's runtime key."""

    def revoke() -> None:
        monkeypatch.setitem(OPENAI_KEYS, keys.OPENAI_RUNTIME, OPENAI_KEYS[keys.OPENAI_REVOKED])

    return revoke


def run_jobs(house: House, kind: str) -> list[Job]:
    with house.inside():
        waiting = list(Job.objects.filter(kind=kind, state=JobState.PENDING))
    for job in waiting:
        run_job(job.pk, job.organization_id)
    with house.inside():
        return list(Job.objects.filter(kind=kind))


def test_a_revoked_key_is_found_told_of_once_and_recorded(
    reaching: House, vendor: Simulator, news: Any, revoked: Any
) -> None:
    row = connected(reaching, vendor)
    revoked()
    for _ in range(2):
        with reaching.inside("admin"):
            tested = try_connection(row)
    assert tested.status == ConnectionStatus.NEEDS_ATTENTION
    assert tested.status_reason.startswith("Runtime key: OpenAI answered 401")
    assert tested.can("usage"), "the admin key still works"
    assert not tested.can("pause")
    assert news() == 1
    with reaching.inside():
        events = AuditEvent.objects.about(row).filter(action="connections.test")
        assert [event.after["status"] for event in events] == ["needs_attention"] * 2


def test_a_vendor_that_is_down_is_no_news_and_passes(
    reaching: House, vendor: Simulator, news: Any
) -> None:
    row = connected(reaching, vendor, admin_key="")
    breaks(vendor, "500", times=3)
    with reaching.inside("admin"):
        assert try_connection(row).status == ConnectionStatus.NEEDS_ATTENTION
        assert try_connection(row).status == ConnectionStatus.HEALTHY
    assert news() == 0


def test_every_connection_is_tested_each_hour_in_its_vendors_lane(
    reaching: House, vendor: Simulator, revoked: Any
) -> None:
    row, lost = connected(reaching, vendor), connected(reaching, vendor, "Lost")
    with reaching.inside():
        disconnect(lost)
    revoked()
    assert run_schedule("connectors.test_all") == 1
    run_jobs(reaching, "connectors.test_all")
    (job,) = run_jobs(reaching, "connectors.test")
    assert (job.args, job.lane) == ({"connection": str(row.pk)}, "vendor:openai")
    assert job.state == JobState.DONE
    assert reread(reaching, row).status == ConnectionStatus.NEEDS_ATTENTION


def test_an_hourly_test_that_changes_nothing_is_not_recorded(
    reaching: House, vendor: Simulator
) -> None:
    row = connected(reaching, vendor)
    run_schedule("connectors.test_all")
    run_jobs(reaching, "connectors.test_all")
    run_jobs(reaching, "connectors.test")
    after = reread(reaching, row)
    assert (after.tested_at, row.tested_at) > (row.tested_at, None)
    with reaching.inside():
        assert not AuditEvent.objects.filter(action="connections.test").exists()


def test_a_test_of_what_was_disconnected_meanwhile_ends_quietly(
    reaching: House, vendor: Simulator
) -> None:
    row = connected(reaching, vendor)
    run_schedule("connectors.test_all")
    run_jobs(reaching, "connectors.test_all")
    with reaching.inside():
        disconnect(row)
    assert [job.state for job in run_jobs(reaching, "connectors.test")] == [JobState.DONE]


def test_the_result_of_a_replaced_key_does_not_count(reaching: House, vendor: Simulator) -> None:
    row = connected(reaching, vendor)
    with reaching.inside("admin"):
        asked = Connection.objects.get(pk=row.pk)
        rotate_credential(row, CredentialKind.RUNTIME, _secret(keys.OPENAI_READ_ONLY))
        with pytest.raises(Conflict):
            Connection.objects.claim(asked)


def test_only_who_may_write_connections_tests_them(reaching: House, vendor: Simulator) -> None:
    row = connected(reaching, vendor)
    with reaching.inside("viewer"), pytest.raises(Forbidden):
        try_connection(row)


def test_trouble_of_a_reading_is_noted_once_and_taken_back(
    reaching: House, vendor: Simulator, news: Any
) -> None:
    row = connected(reaching, vendor)
    with reaching.inside():
        note_trouble(row, "permission", "OpenAI answered 403: no access to sessions.")
        troubled = note_trouble(row, "permission", "OpenAI answered 403: no access to sessions.")
        assert troubled.status == ConnectionStatus.NEEDS_ATTENTION
        assert troubled.status_reason == "OpenAI answered 403: no access to sessions."
        assert try_connection(row).status == ConnectionStatus.NEEDS_ATTENTION, (
            "tests look elsewhere"
        )
        assert note_recovery(row).status == ConnectionStatus.HEALTHY
        assert note_recovery(row).status == ConnectionStatus.HEALTHY
        actions = AuditEvent.objects.about(row).order_by("id").values_list("action", flat=True)
        assert list(actions) == [
            "connections.connect",
            "connections.trouble",
            "connections.test",
            "connections.recover",
        ]
    assert news() == 1


def test_one_reading_s_success_does_not_hide_another_s_trouble(
    reaching: House, vendor: Simulator, news: Any
) -> None:
    row = connected(reaching, vendor)
    with reaching.inside():
        for _ in range(2):
            note_trouble(row, "permission", "No access to costs.", reading="costs")
            note_trouble(row, "billing", "The bill is not paid.", reading="usage")
            kept = note_recovery(row, reading="discovery")
        assert kept.status_reason == "No access to costs. The bill is not paid."
        left = note_recovery(row, reading="usage")
        assert (left.status, left.status_reason) == ("needs_attention", "No access to costs.")
        assert note_recovery(row, reading="costs").status == ConnectionStatus.HEALTHY
    assert news() == 2


def test_a_test_that_passes_ends_trouble_it_would_have_found(
    reaching: House, vendor: Simulator
) -> None:
    row = connected(reaching, vendor)
    with reaching.inside():
        note_trouble(row, "credentials", "OpenAI answered 401.")
        assert try_connection(row).status == ConnectionStatus.HEALTHY


def test_recovery_keeps_what_the_test_found_missing(reaching: House, vendor: Simulator) -> None:
    row = connected(reaching, vendor, admin_key=keys.OPENAI_ADMIN_NO_USAGE)
    with reaching.inside():
        note_trouble(row, "not_found", "Gone.")
        recovered = note_recovery(row)
    assert recovered.status == ConnectionStatus.NEEDS_ATTENTION
    assert "api.usage.read" in recovered.status_reason


def test_an_examination_without_keys_asks_nobody(reaching: House, vendor: Simulator) -> None:
    row = connected(reaching, vendor)
    row.drop_credentials()
    vendor.faults.log.clear()
    with reaching.inside():
        examination: Examination = examine("openai", row.target())
    assert examination.reports == ()
    assert not vendor.faults.log
    reasons = {each.verb: each.reason for each in examination.capabilities}
    assert "which this connection does not have" in reasons["discover"]  # type: ignore[index]


def _secret(key: str) -> Any:
    from armproject.lib.secret import Secret

    return Secret(key)
