"""Connections over the API, from the catalogue of vendors to the history of a lost one."""

from typing import Any
from uuid import uuid4

import pytest

from accounts.roles import MATRIX, Role
from connectors.models import Connection, SyncKind, SyncRun
from connectors.simulator import Simulator, keys
from tests.cast import House
from tests.connectors.simulated import OPENAI, allow, connected


def body(simulator: Simulator, **changes: Any) -> dict[str, Any]:
    return {
        "name": "OpenAI",
        "vendor": "openai",
        "base_url": simulator.openai_url,
        **OPENAI,
        **changes,
    }


def fields(answer: Any) -> dict[str, list[str]]:
    assert answer.status_code == 400, answer.content
    error = answer.json()["error"]
    assert error["code"] == "VALIDATION_ERROR"
    return error["details"]["fields"]


def test_the_catalogue_says_which_keys_a_vendor_takes_and_what_they_unlock(house: House) -> None:
    vendors = {row["kind"]: row for row in house.api("viewer").get("/connectors").json()["data"]}
    assert set(vendors) == {"openai", "anthropic", "custom"}
    assert vendors["openai"]["default_base_url"] == "https://api.openai.com/v1"
    assert [each["credential"] for each in vendors["openai"]["credentials"]] == ["admin", "runtime"]
    pause = next(c for c in vendors["openai"]["capabilities"] if c["verb"] == "pause")
    assert pause["support"] == "partial"
    assert "no pause for an agent without automations" in pause["reason"]


def test_connecting_tests_each_key_and_says_what_it_unlocks(
    reaching: House, vendor: Simulator
) -> None:
    answer = reaching.api("admin").post("/connections", body(vendor))
    assert answer.status_code == 201, answer.content
    data = answer.json()["data"]
    assert (data["status"], data["status_reason"]) == ("healthy", "")
    reports = {report["credential"]: report for report in data["reports"]}
    assert {"usage", "costs"} <= set(reports["admin"]["unlocks"])
    assert {"discover", "pause", "inject"} <= set(reports["runtime"]["unlocks"])
    assert all(report["ok"] for report in reports.values())
    assert {c["verb"] for c in data["capabilities"]} >= {"discover", "usage", "pause"}
    assert data["webhook_secret"] is None
    assert data["runtime_hint"] == "…time"


def test_a_list_shows_what_is_connected_and_knows_its_filters(
    reaching: House, vendor: Simulator
) -> None:
    first = connected(reaching, vendor, "First")
    connected(reaching, vendor, "Second")
    api = reaching.api("admin")
    assert api.delete(f"/connections/{first.pk}").status_code == 204
    viewer = reaching.api("viewer")

    def names(**query: str) -> list[str]:
        return [row["name"] for row in viewer.get("/connections", **query).json()["data"]]

    assert names() == ["Second"]
    assert names(status="disconnected") == ["First"]
    assert names(vendor="anthropic") == []
    assert names(search="seco") == ["Second"]
    assert viewer.get("/connections", vendors="x").status_code == 400
    assert viewer.get("/connections", status="broken").status_code == 400


def test_a_connection_is_tested_changed_rotated_and_disconnected(
    reaching: House, vendor: Simulator
) -> None:
    api, row = reaching.api("admin"), connected(reaching, vendor, admin_key="")
    path = f"/connections/{row.pk}"
    assert api.get(path).json()["data"]["admin_hint"] == ""
    rotated = api.post(f"{path}/rotate", {"credential": "admin", "key": keys.OPENAI_ADMIN})
    assert rotated.status_code == 200, rotated.content
    assert [r["credential"] for r in rotated.json()["data"]["reports"]] == ["admin", "runtime"]
    assert api.post(f"{path}/test").json()["data"]["status"] == "healthy"
    renamed = api.patch(path, {"name": "Renamed"}).json()["data"]
    assert (renamed["name"], renamed["status"]) == ("Renamed", "healthy")
    assert api.delete(path).status_code == 204
    gone = api.get(path).json()["data"]
    assert (gone["status"], gone["admin_hint"], gone["capabilities"]) == ("disconnected", "", [])
    for again in (
        api.post(f"{path}/test"),
        api.post(f"{path}/rotate", {"credential": "admin", "key": keys.OPENAI_ADMIN}),
        api.patch(path, {"name": "Other"}),
        api.delete(path),
    ):
        assert (again.status_code, again.json()["error"]["code"]) == (409, "CONFLICT")


def test_a_foreign_id_is_not_found_in_every_verb(
    reaching: House, neighbours: House, vendor: Simulator
) -> None:
    foreign = connected(allow(neighbours, vendor), vendor)
    api = reaching.api()
    for id_ in (foreign.pk, uuid4(), "not-an-id"):
        path = f"/connections/{id_}"
        for answer in (
            api.get(path),
            api.patch(path, {"name": "Mine"}),
            api.delete(path),
            api.post(f"{path}/test"),
            api.post(f"{path}/rotate", {"credential": "runtime", "key": "sk-x"}),
            api.get(f"{path}/syncs"),
        ):
            assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NOT_FOUND")
    with neighbours.inside():
        kept = Connection.objects.get()
    assert (kept.name, kept.status) == (foreign.name, foreign.status)


@pytest.mark.parametrize("role", Role.values)
def test_roles_may_what_the_matrix_says(reaching: House, vendor: Simulator, role: str) -> None:
    row, api = connected(reaching, vendor), reaching.api(role)
    path = f"/connections/{row.pk}"
    reads = 200 if Role(role) in MATRIX["connections.read"] else 403
    for read in ("/connections", path, f"{path}/syncs", "/syncs", "/connectors"):
        assert api.get(read).status_code == reads
    may = Role(role) in MATRIX["connections.write"]
    assert api.post("/connections", {}).status_code == (400 if may else 403)
    assert api.post(f"{path}/test").status_code == (200 if may else 403)
    assert api.post(f"{path}/rotate", {}).status_code == (400 if may else 403)
    assert api.patch(path, {"name": "New name"}).status_code == (200 if may else 403)
    assert api.delete(path).status_code == (204 if may else 403)


def test_what_is_missing_is_said_beside_each_field(reaching: House, vendor: Simulator) -> None:
    api = reaching.api()
    assert set(fields(api.post("/connections", {}))) == {"name", "vendor"}
    keyless = body(vendor, admin_key="", runtime_key="  ")
    assert set(fields(api.post("/connections", keyless))) == {"runtime_key"}
    assert set(fields(api.post("/connections", body(vendor, vendor="skynet")))) == {"vendor"}
    assert set(fields(api.post("/connections", body(vendor, runtime_key=["x"])))) == {"runtime_key"}
    assert set(fields(api.post("/connections", body(vendor, options={"colour": "x"})))) == {
        "options"
    }
    assert set(
        fields(api.post("/connections", body(vendor, options={"project": "a\r\nHost: b"})))
    ) == {"options.project"}
    with reaching.inside():
        assert not Connection.objects.exists()


def test_malformed_json_is_refused(reaching: House) -> None:
    api = reaching.api()
    answer = api.client.post(
        "/api/v1/connections",
        data='{"name": "OpenAI", ',
        content_type="application/json",
        headers=api.headers,
    )
    assert (answer.status_code, answer.json()["success"]) == (400, False)
    listed = api.post("/connections", ["OpenAI"])
    assert (listed.status_code, listed.json()["success"]) == (400, False)
    assert "object" in listed.json()["error"]["message"]


def test_readings_are_listed_with_what_could_not_be_read(
    reaching: House, neighbours: House, vendor: Simulator
) -> None:
    row = connected(reaching, vendor)
    with reaching.inside():
        run = SyncRun.objects.create(
            connection=row,
            kind=SyncKind.DISCOVERY,
            state="partial",
            started_at=row.created_at,
            found={"new": 3},
            unread=[{"what": "automations", "why": "OpenAI answered 503.", "fault": "unavailable"}],
        )
    viewer = reaching.api("viewer")
    for path in (f"/connections/{row.pk}/syncs", "/syncs"):
        (shown,) = viewer.get(path).json()["data"]
        assert (shown["id"], shown["found"]) == (str(run.pk), {"new": 3})
        assert shown["unread"][0]["what"] == "automations"
    assert viewer.get("/syncs", kind="usage").json()["data"] == []
    assert len(viewer.get("/syncs", connection=row.pk).json()["data"]) == 1
    assert neighbours.api().get("/syncs").json()["data"] == []
    assert neighbours.api().get(f"/syncs/{run.pk}").status_code == 404


def test_agents_of_ones_own_get_a_secret_that_is_shown_once(house: House) -> None:
    api = house.api("admin")
    made = api.post("/connections", {"name": "Own agents", "vendor": "custom"})
    assert made.status_code == 201, made.content
    data = made.json()["data"]
    secret = data["webhook_secret"]
    assert secret.startswith("whsec_")
    assert data["webhook_url"].endswith(f"/api/v1/agents/heartbeat/{data['id']}")
    assert data["status"] == "healthy"
    path = f"/connections/{data['id']}"
    assert secret not in api.get(path).content.decode()
    renewed = api.post(f"{path}/rotate", {"credential": "runtime"}).json()["data"]
    assert renewed["webhook_secret"] not in {None, secret}
    with house.inside():
        row = Connection.objects.get(pk=data["id"])
        present, former = row.signing_secrets()
        assert (present.reveal(), former.reveal()) == (renewed["webhook_secret"], secret)


def test_the_browsable_api_shows_connections_to_who_is_signed_in(
    reaching: House, vendor: Simulator
) -> None:
    row = connected(reaching, vendor)
    browser = reaching.browser("admin")
    for path in ("/api/v1/connections", f"/api/v1/connections/{row.pk}"):
        page = browser.get(path, headers={"Accept": "text/html"})
        assert page.status_code == 200
        assert "healthy" in page.content.decode()
