"""Connecting a vendor: what is refused and where, what is kept, and that no key ever leaks."""

import json
import logging
from typing import Any

import pytest
from django.core.serializers import serialize
from django.db import connection as database

from armproject.lib.errors import Forbidden, InvalidInput
from armproject.lib.secret import Secret
from connectors.actions.connect_vendor import connect_vendor
from connectors.models import Connection, ConnectionStatus
from connectors.opening import open_connector
from connectors.simulator import Simulator, keys
from governance.models import AuditEvent
from jobs.models import Job
from jobs.registry import HANDLERS
from tests.cast import House
from tests.connectors.simulated import (
    allow,
    allow_hosts,
    asked,
    breaks,
    closed_port,
    connected,
    reread,
)

CANARY = "sk-proj-CANARY0123456789abcdefghijKLMNOP"


def refused(house: House, simulator: Simulator, **changes: Any) -> dict[str, list[str]]:
    """Try to connect; return what stands beside each field, and see that nothing was kept."""
    with pytest.raises(InvalidInput) as caught:
        connected(house, simulator, **changes)
    with house.inside():
        assert not Connection.objects.exists()
        assert not Job.objects.exists()
        assert not AuditEvent.objects.filter(action__startswith="connections.").exists()
    fields = caught.value.details["fields"]
    assert isinstance(fields, dict)
    return fields


def test_a_connection_keeps_what_testing_it_showed(reaching: House, vendor: Simulator) -> None:
    row = reread(reaching, connected(reaching, vendor))
    assert (row.status, row.created_by_id) == (ConnectionStatus.HEALTHY, reaching.admin.pk)
    assert row.tested_at is not None
    assert row.can("discover")
    assert row.can("usage")
    report = row.report_of("runtime")
    assert report is not None
    assert report["ok"]


def test_an_opened_connection_reads_the_vendor(reaching: House, vendor: Simulator) -> None:
    row = connected(reaching, vendor)
    with reaching.inside():
        connector = open_connector(row)
    with connector:
        assert connector.discover().agents


@pytest.mark.parametrize("entered", ["admin_key", "runtime_key"])
def test_each_key_is_optional(reaching: House, vendor: Simulator, entered: str) -> None:
    left_out = {"admin_key": "runtime_key", "runtime_key": "admin_key"}[entered]
    row = connected(reaching, vendor, **{left_out: ""})
    assert row.status == ConnectionStatus.HEALTHY
    assert [report["credential"] for report in row.reports] == [entered.removesuffix("_key")]
    usage = next(each for each in row.capabilities if each["verb"] == "costs")
    if entered == "runtime_key":
        assert usage["support"] == "none"
        assert "Needs an admin key" in usage["reason"]


@pytest.mark.parametrize(
    ("field", "key"),
    [
        ("runtime_key", keys.OPENAI_REVOKED),
        ("admin_key", keys.OPENAI_ADMIN_REVOKED),
        ("runtime_key", "sk-no-such-key-at-all"),
    ],
)
def test_a_wrong_key_is_refused_beside_its_field(
    reaching: House, vendor: Simulator, field: str, key: str
) -> None:
    problems = refused(reaching, vendor, **{field: key})
    assert list(problems) == [field]
    assert "Check that the key is complete and not revoked" in problems[field][0]


@pytest.mark.parametrize(
    ("field", "key"),
    [("runtime_key", keys.OPENAI_ADMIN), ("admin_key", keys.OPENAI_RUNTIME)],
)
def test_a_key_of_the_wrong_kind_is_told_where_it_belongs(
    reaching: House, vendor: Simulator, field: str, key: str
) -> None:
    problems = refused(reaching, vendor, **{field: key})
    assert list(problems) == [field]
    assert "belongs here" in problems[field][0]


def test_both_keys_can_be_wrong_at_once(reaching: House, vendor: Simulator) -> None:
    problems = refused(
        reaching, vendor, admin_key=keys.OPENAI_RUNTIME, runtime_key=keys.OPENAI_REVOKED
    )
    assert set(problems) == {"admin_key", "runtime_key"}


@pytest.mark.parametrize(
    "key", ["sk with blanks inside", "sk-\u00fcml\u00e4ut", "sk-a\r\nHost: x", "x" * 501]
)
def test_what_is_no_key_is_never_sent(reaching: House, vendor: Simulator, key: str) -> None:
    assert list(refused(reaching, vendor, runtime_key=key)) == ["runtime_key"]
    assert asked(vendor) == []


def test_an_address_where_the_vendor_is_not_saves_nothing(
    reaching: House, vendor: Simulator
) -> None:
    wrong = vendor.openai_url.removesuffix("/v1")
    (problem,) = refused(reaching, vendor, base_url=wrong)["base_url"]
    assert "answered 404" in problem
    assert ". Check the base URL" in problem
    assert connected(reaching, vendor).status == ConnectionStatus.HEALTHY, "its name is still free"


@pytest.mark.parametrize(
    ("base_url", "words"),
    [
        ("foo bar", "not a URL"),
        ("api.openai.com/v1", "not a URL"),
        ("https:///v1", "not a URL"),
        ("https://[::1/v1", "not a URL"),
        ("file:///etc/passwd", "https addresses, not file"),
        ("ftp://api.openai.com", "https addresses, not ftp"),
        ("http://api.openai.com/v1", "http only on hosts"),
        ("http://127.0.0.1:1/v1", "http only on hosts"),
        ("https://user:password@api.openai.com/v1", "Leave user and password out"),
    ],
)
def test_what_is_wrong_with_an_address_itself_is_said(
    reaching: House, vendor: Simulator, base_url: str, words: str
) -> None:
    assert words in refused(reaching, vendor, base_url=base_url)["base_url"][0]


def test_forbidden_destinations_are_refused_in_the_same_words(
    reaching: House, vendor: Simulator
) -> None:
    inside = ("10.0.0.1", "169.254.169.254", "localhost", "127.0.0.1:1", "db.internal")
    told = {
        refused(reaching, vendor, base_url=f"https://{host}/v1")["base_url"][0] for host in inside
    }
    assert len(told) == 1


@pytest.mark.parametrize(
    "base_url",
    [
        "http://127.0.0.1:1/v1",
        "https://169.254.169.254/latest",
        "http://api.openai.com/v1",
        "https://user:password@api.openai.com/v1",
        "https://localhost/v1",
        "https://[::1/v1",
        "https://api.openai.com:99999999/v1",
        "file:///etc/passwd",
        "api.openai.com",
        "//api.openai.com",
    ],
)
def test_a_forbidden_address_is_refused_beside_its_field(
    reaching: House, vendor: Simulator, base_url: str
) -> None:
    assert list(refused(reaching, vendor, base_url=base_url)) == ["base_url"]


def test_a_host_that_is_not_there_is_refused_and_sees_no_key(
    house: House, vendor: Simulator
) -> None:
    port = closed_port()
    allow_hosts(house, f"127.0.0.1:{port}")
    problems = refused(house, vendor, base_url=f"http://127.0.0.1:{port}/v1")
    assert problems == {"base_url": ["The host could not be reached."]}


def test_a_host_that_speaks_something_else_is_refused(reaching: House, vendor: Simulator) -> None:
    breaks(vendor, "malformed")
    assert list(refused(reaching, vendor)) == ["base_url"]


def test_a_vendor_that_is_down_is_kept_and_needs_attention(
    reaching: House, vendor: Simulator
) -> None:
    breaks(vendor, "503")
    row = connected(reaching, vendor, admin_key="")
    assert row.status == ConnectionStatus.NEEDS_ATTENTION
    assert "503" in row.status_reason
    assert row.can("discover"), "what was not refused is not taken away"


def test_a_missing_permission_is_kept_named_and_closes_its_verbs(
    reaching: House, vendor: Simulator
) -> None:
    row = connected(reaching, vendor, admin_key=keys.OPENAI_ADMIN_NO_USAGE, runtime_key="")
    assert row.status == ConnectionStatus.NEEDS_ATTENTION
    assert "api.usage.read" in row.status_reason
    assert row.can("discover")
    usage = next(each for each in row.capabilities if each["verb"] == "usage")
    assert (usage["support"], usage["reason"]) == ("none", "The admin key lacks api.usage.read.")


def test_a_key_that_may_do_nothing_here_is_refused(reaching: House, vendor: Simulator) -> None:
    (problem,) = refused(reaching, vendor, runtime_key=keys.OPENAI_NO_SCOPE)["runtime_key"]
    assert "Grant it api.agents.read" in problem


def test_what_one_key_may_not_the_other_does(reaching: House, vendor: Simulator) -> None:
    row = connected(reaching, vendor, runtime_key="")
    discover = next(each for each in row.capabilities if each["verb"] == "discover")
    assert (discover["support"], discover["credential"]) == ("partial", "admin")


def test_a_name_is_taken_once_and_free_again_elsewhere(
    reaching: House, neighbours: House, vendor: Simulator
) -> None:
    connected(reaching, vendor, "Production")
    with pytest.raises(InvalidInput) as caught:
        connected(reaching, vendor, "Production")
    assert caught.value.details["fields"] == {"name": ["Another connection has this name."]}
    assert connected(allow(neighbours, vendor), vendor, "Production")


def test_another_company_s_hosts_are_not_mine(
    reaching: House, neighbours: House, vendor: Simulator
) -> None:
    assert list(refused(neighbours, vendor)) == ["base_url"]


def test_only_who_may_write_connections_connects(reaching: House, vendor: Simulator) -> None:
    for role in ("developer", "member", "viewer", "auditor"):
        with reaching.inside(role), pytest.raises(Forbidden):
            connect_vendor("X", vendor="openai", runtime_key=Secret(keys.OPENAI_RUNTIME))
    assert asked(vendor) == []


def test_the_vendor_s_own_address_is_used_where_none_is_entered(house: House) -> None:
    with house.inside():
        row, secret = connect_vendor("Own agents", vendor="custom")
        assert (row.base_url, row.status) == ("", ConnectionStatus.HEALTHY)
        assert row.signing_secrets() == (secret,)
        with pytest.raises(InvalidInput):
            connect_vendor("Others", vendor="custom", base_url="https://example.com")
        with pytest.raises(InvalidInput):
            connect_vendor("Others", vendor="custom", runtime_key=Secret("whsec_mine"))


def test_the_first_readings_are_asked_for(reaching: House, vendor: Simulator) -> None:
    row = connected(reaching, vendor)
    with reaching.inside():
        jobs = {job.kind: job for job in Job.objects.all()}
    assert set(jobs) == {"agents.discover", "costs.sync"} & set(HANDLERS)
    for job in jobs.values():
        assert job.args == {"connection": str(row.pk)}
        assert (job.lane, job.dedupe_key) == ("vendor:openai", f"connection:{row.pk}")


def test_a_key_leaves_no_trace_anywhere(
    reaching: House,
    vendor: Simulator,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    keys.OPENAI_KEYS[CANARY] = keys.OPENAI_KEYS[keys.OPENAI_RUNTIME]
    try:
        seen = _everything_said(reaching, vendor)
    finally:
        del keys.OPENAI_KEYS[CANARY]
    seen += caplog.text + "".join(capfd.readouterr())
    with reaching.inside(), database.cursor() as cursor:
        for table in ("connectors_connection", "governance_auditevent", "jobs_job"):
            cursor.execute(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} t")
            row = cursor.fetchone()
            assert row is not None
            seen += row[0]
    assert len(seen) > 10_000
    for shape in (CANARY, CANARY[:12], CANARY.encode().hex(), "CANARY"):
        assert shape not in seen


def _everything_said(house: House, simulator: Simulator) -> str:
    """Drive every way a key can take, also the failing ones, and return all that was answered."""
    api, browser = house.api("admin"), house.browser("admin")
    entered = {"name": "Canary", "vendor": "openai", "base_url": simulator.openai_url}
    answers = [
        api.post("/connections", {**entered, "runtime_key": CANARY + "-wrong"}),
        api.post("/connections", {**entered, "admin_key": CANARY}),
        api.post("/connections", {**entered, "runtime_key": CANARY, "base_url": "http://10.0.0.1"}),
        api.post("/connections", {**entered, "runtime_key": CANARY, "name": ""}),
        api.post("/connections", {**entered, "runtime_key": {"key": CANARY}}),
    ]
    made = api.post("/connections", {**entered, "runtime_key": CANARY})
    assert made.status_code == 201
    path = f"/connections/{made.json()['data']['id']}"
    breaks(simulator, "401", times=2)
    answers += [
        made,
        api.post(f"{path}/test"),
        api.post(f"{path}/rotate", {"credential": "admin", "key": CANARY}),
        api.post(f"{path}/rotate", {"credential": "runtime", "key": CANARY}),
        api.patch(path, {"runtime_key": CANARY}),
        api.get(path),
        api.get("/connections"),
        browser.get(f"/api/v1{path}", headers={"Accept": "text/html"}),
        api.delete(path),
    ]
    with house.inside():
        row = Connection.objects.get()
        said = [repr(row), str(row), serialize("json", [row]), json.dumps(row.reports)]
    return " ".join([*(answer.content.decode() for answer in answers), *said])
