"""The proof of the audit log at the API's door and in the Studio, for who may and nobody else."""

import io
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from armproject.lib.errors import Forbidden
from governance.actions.place_audit_hold import place_audit_hold
from governance.models import Alert, AuditEvent, AuditHold, AuditSeal, AuditVerification
from governance.registry import MEASURES, Span
from jobs.actions.run_job import run_job
from jobs.models import Job
from tests.cast import House, make_house
from tests.governance.sealed import anchor, as_owner, do, seal

STUDIO = "/studio/governance"


@pytest.fixture
def house(committed: None, settings: Any, tmp_path: Path) -> House:
    settings.ARM_ANCHOR_FILE = tmp_path / "anchor.jsonl"
    house = make_house("Acme")
    do(house, "tests.one", "tests.two")
    seal(house)
    anchor()
    return house


def run_jobs(house: House) -> None:
    with house.inside():
        waiting = list(Job.objects.filter(kind="governance.verify", state="pending"))
    for job in waiting:
        assert run_job(job.pk, house.organization.pk)


def test_a_verification_is_asked_for_run_and_read(house: House) -> None:
    api = house.api("auditor")
    asked = api.post("/audit/verify")
    assert asked.status_code == 202
    assert asked.json()["data"]["state"] == "waiting"
    again = api.post("/audit/verify").json()["data"]
    assert again["id"] == asked.json()["data"]["id"]
    run_jobs(house)
    found = api.get(f"/audit/verifications/{again['id']}").json()["data"]
    assert (found["state"], found["findings"], found["anchored"]) == ("sound", [], 1)
    assert found["events"] >= 2
    assert api.get("/audit/status").json()["data"]["verification"]["state"] == "sound"


def test_a_broken_log_is_named_and_alerted_until_it_is_sound(house: House) -> None:
    with house.inside():
        event = AuditEvent.objects.get(action="tests.one")
    with as_owner() as owner:
        owner.execute(
            "UPDATE governance_auditevent SET reason = 'because' WHERE id = %s", [event.pk]
        )
    api = house.api("auditor")
    verification = api.post("/audit/verify").json()["data"]["id"]
    run_jobs(house)
    found = api.get(f"/audit/verifications/{verification}").json()["data"]
    assert found["state"] == "broken"
    assert found["findings"][0]["event"] == str(event.pk)
    assert "shows another reason" in found["findings"][0]["sentence"]
    page = house.browser("auditor").get(f"{STUDIO}/auditverification/{verification}/change/")
    assert "shows another reason" in page.content.decode()
    with house.inside():
        alert = Alert.objects.unresolved().get()
        assert (alert.severity, str(event.pk) in alert.message) == ("critical", True)
    with as_owner() as owner:
        owner.execute("UPDATE governance_auditevent SET reason = '' WHERE id = %s", [event.pk])
    api.post("/audit/verify")
    run_jobs(house)
    with house.inside():
        assert not Alert.objects.unresolved().exists()


def test_an_events_place_is_proved(house: House) -> None:
    api = house.api("auditor")
    with house.inside():
        event = AuditEvent.objects.get(action="tests.one")
        newest = AuditSeal.objects.newest()
    assert newest is not None
    place = api.get(f"/audit/{event.pk}/proof").json()["data"]
    assert place["holds"] is True
    assert place["seal"]["hash"] == bytes(newest.hash).hex()
    page = house.browser("auditor").get(f"{STUDIO}/auditevent/{event.pk}/change/")
    assert f"seal {newest.number}" in page.content.decode()
    do(house, "tests.fresh")
    with house.inside():
        fresh = AuditEvent.objects.get(action="tests.fresh")
    answer = api.get(f"/audit/{fresh.pk}/proof")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "NOT_SEALED_YET")
    page = house.browser("auditor").get(f"{STUDIO}/auditevent/{fresh.pk}/change/")
    assert "Not sealed yet" in page.content.decode()
    with as_owner() as owner:
        owner.execute("UPDATE governance_auditevent SET payload = payload || ' '")
    assert api.get(f"/audit/{event.pk}/proof").json()["data"]["holds"] is False
    page = house.browser("auditor").get(f"{STUDIO}/auditevent/{event.pk}/change/")
    assert "Not as sealed" in page.content.decode()


def test_the_bundle_is_handed_out_at_both_doors(house: House) -> None:
    for answer in (
        house.api("auditor").get("/audit/bundle"),
        house.browser("auditor").get(f"{STUDIO}/auditevent/audit.zip"),
    ):
        assert answer.status_code == 200
        content = b"".join(answer.streaming_content)
        assert "verify.py" in zipfile.ZipFile(io.BytesIO(content)).namelist()
    with house.inside():
        assert AuditEvent.objects.filter(action="audit.export_proof").count() == 2
    api = house.api("auditor")
    turned = api.get("/audit/bundle", since="2026-02-02", until="2026-02-01T00:00:00Z")
    assert turned.status_code == 400
    assert api.get("/audit/bundle", since="yesterday").status_code == 400


def test_a_hold_is_placed_once_and_lifted_once(house: House) -> None:
    api = house.api("admin")
    assert api.post("/audit/holds", {"reason": "  "}).status_code == 400
    made = api.post("/audit/holds", {"reason": "Case 12"})
    assert made.status_code == 201
    assert api.post("/audit/holds", {"reason": "Case 13"}).status_code == 409
    assert api.get("/audit/status").json()["data"]["hold"]["reason"] == "Case 12"
    path = f"/audit/holds/{made.json()['data']['id']}/lift"
    assert api.post(path).json()["data"]["lifted_by"]
    assert api.post(path).status_code == 409
    assert house.api("auditor").post("/audit/holds", {"reason": "Case 14"}).status_code == 403


def test_a_hold_is_placed_and_lifted_in_the_studio(house: House) -> None:
    browser = house.browser("admin")
    browser.post(f"{STUDIO}/audithold/add/", {"reason": "Case 12"})
    with house.inside():
        hold = AuditHold.objects.standing().get()
    page = browser.get(f"{STUDIO}/auditevent/").content.decode()
    assert "Case 12" in page
    assert browser.get(f"{STUDIO}/audithold/").status_code == 200
    assert browser.get(f"{STUDIO}/audithold/{hold.pk}/change/").status_code == 200
    with house.inside("viewer"), pytest.raises(Forbidden):
        place_audit_hold("Case 13")


def test_the_pages_show_seals_verifications_and_what_is_not_recorded(house: House) -> None:
    browser = house.browser("auditor")
    asked = browser.post(f"{STUDIO}/auditevent/verify/")
    assert "/auditverification/" in asked.headers["Location"]
    assert "being verified" in browser.get(asked.headers["Location"]).content.decode()
    run_jobs(house)
    assert "is as it was sealed" in browser.get(asked.headers["Location"]).content.decode()
    page = browser.get(f"{STUDIO}/auditevent/").content.decode()
    for words in ("seal 1", "up to seal 1", "Verify now", "Everything, with proof"):
        assert words in page
    with house.inside():
        newest = AuditSeal.objects.newest()
    assert newest is not None
    assert "Seal 1" in browser.get(f"{STUDIO}/auditseal/").content.decode()
    detail = browser.get(f"{STUDIO}/auditseal/{newest.pk}/change/").content.decode()
    assert "tests.one" in detail
    assert "Anchored outside" in detail
    assert "Heartbeats" in browser.get(f"{STUDIO}/auditevent/not-recorded/").content.decode()
    unaudited = house.api("auditor").get("/audit/unaudited").json()["data"]
    assert "Heartbeats that agents send" in [one["what"] for one in unaudited]


@pytest.mark.parametrize("role", ["developer", "member", "viewer"])
def test_who_may_not_read_the_log_sees_nothing_of_its_proof(house: House, role: str) -> None:
    api, browser = house.api(role), house.browser(role)
    for path in ("status", "seals", "verifications", "holds", "bundle", "unaudited"):
        assert api.get(f"/audit/{path}").status_code == 403
    assert api.post("/audit/verify").status_code == 403
    for path in ("auditseal/", "auditverification/", "audithold/", "auditevent/audit.zip"):
        assert browser.get(f"{STUDIO}/{path}").status_code == 403
    assert browser.post(f"{STUDIO}/auditevent/verify/").status_code == 403
    with house.inside():
        assert not AuditVerification.objects.exists()


def test_a_stranger_sees_no_seal_of_ours(house: House) -> None:
    stranger = make_house("Globex")
    seal(stranger)
    with house.inside():
        newest = AuditSeal.objects.newest()
    assert newest is not None
    api = stranger.api()
    assert api.get(f"/audit/seals/{newest.pk}").status_code == 404
    assert api.get("/audit/seals").json()["meta"]["total"] == 1
    assert api.get(f"/audit/{uuid4()}/proof").status_code == 404


def test_a_key_without_the_right_to_export_reads_no_diffs(house: House) -> None:
    weak = house.api("auditor", scopes=["audit.read"])
    rows = weak.get("/audit", action="tests.one").json()["data"]
    assert [(row["before"], row["after"], row["details"]) for row in rows] == [(None, None, None)]
    strong = house.api("auditor", scopes=["audit.read", "audit.export"])
    (row,) = strong.get("/audit", action="tests.one").json()["data"]
    assert row["after"] == {"turn": "tests.one", "price": 100.0}


def test_rules_can_watch_the_proof(house: House) -> None:
    span = Span(timezone.now() - timedelta(hours=1), timezone.now())
    do(house, "tests.waits")
    with house.inside():
        (lag,) = MEASURES["audit.unsealed_seconds"].read(span, None)
        (broken,) = MEASURES["audit.broken"].read(span, None)
    assert lag.value is not None
    assert lag.value > 0
    assert broken.value is None
    seal(house)
    with house.inside():
        (lag,) = MEASURES["audit.unsealed_seconds"].read(span, None)
    assert lag.value == 0
