"""A person is told what is held about them, and can be erased without breaking the log."""

import json
from io import StringIO

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client

from accounts.actions.add_member import add_member
from accounts.actions.change_role import change_role
from accounts.models import Membership, SubjectKey, User
from accounts.sealing import audit_mac_holds
from accounts.subject_keys import unlock
from armproject.lib.crypto import Undecryptable
from armproject.lib.errors import Conflict, Forbidden, InvalidInput, NotFound
from governance.actions.erase_person import erase_person
from governance.actions.place_legal_hold import place_legal_hold
from governance.actions.release_legal_hold import release_legal_hold
from governance.actions.report_person import report_person
from governance.models import AuditEvent, Channel, Erasure, LegalHold
from tests import database
from tests.cast import PASSWORD, Api, House

EMAIL = "member@acme.example"


def busy(house: House) -> None:
    """Let the member act, be acted on, and be named wherever people are named."""
    for path, said in (
        ("login", {"email": EMAIL, "password": PASSWORD}),
        ("password/reset", {"email": EMAIL}),
    ):
        answer = Client().post(f"/api/v1/auth/{path}", said, content_type="application/json")
        assert answer.status_code in (200, 202)
    member = house.browser("member")
    assert member.get("/studio/").status_code == 200
    with house.inside("admin"):
        change_role(Membership.objects.get(user=house.member), "developer")
        Channel.objects.create(name="Mails", kind="email", emails=[EMAIL, "b@acme.example"])
    house.key("member")
    api = house.api("member")
    assert api.post("/api-keys", {"name": "mine", "scopes": ["agents.read"]}).status_code == 201
    with house.inside():
        change_role(Membership.objects.get(user=house.member), "member")


def sealed_bytes() -> list[tuple[str, bytes]]:
    rows = AuditEvent.objects.order_by("id").values_list("payload", "mac")
    return [(payload, bytes(mac)) for payload, mac in rows]


def everything() -> str:
    name = connection.settings_dict["NAME"]
    with psycopg.connect(**{**database.superuser(), "dbname": name}) as server:
        tables = server.execute(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
            " WHERE schemaname = 'public'"
        ).fetchall()
        return "\n".join(
            str(row)
            for (table,) in tables
            for row in server.execute(f"SELECT '{table}', t::text FROM {table} t")  # type: ignore[call-overload]
        )


def test_the_log_names_people_in_columns_and_only_under_their_key_in_the_payload(
    house: House,
) -> None:
    busy(house)
    with house.inside():
        event = AuditEvent.objects.get(action="api_keys.issue")
        assert event.actor_user_id == house.member.pk
        assert event.actor_label
        assert "acme.example" not in "".join(payload for payload, _ in sealed_bytes())
        facts = json.loads(event.payload)
        opened = unlock(facts["sealed"]["actor"], event.pk, "actor")
        assert opened == {
            "actor_label": event.actor_label,
            "address": event.address,
            "user_agent": event.user_agent,
        }
        with pytest.raises(Undecryptable):
            unlock(facts["sealed"]["actor"], house.organization.pk, "actor")


def test_a_report_covers_every_store_and_is_recorded(house: House) -> None:
    busy(house)
    with house.inside("admin"):
        report = report_person(EMAIL.upper())
        stores = {store["name"]: store["rows"] for store in report["stores"]}
        assert stores["account"][0]["email"] == EMAIL
        assert stores["memberships"][0]["role"] == "Member"
        assert {row["name"] for row in stores["api_keys"]} >= {"mine"}
        assert stores["channels"] == [{"name": "Mails", "kind": "email"}]
        assert {"actor", "subject"} <= {row["as"] for row in stores["events"]}
        assert AuditEvent.objects.filter(action="subjects.report").count() == 1


def test_people_ask_for_themselves_and_not_for_others(house: House, neighbours: House) -> None:
    with house.inside("viewer"):
        assert report_person("viewer@acme.example")["person_id"] == house.viewer.pk
        with pytest.raises(Forbidden):
            report_person(EMAIL)
        with pytest.raises(Forbidden):
            erase_person(EMAIL, confirmed=EMAIL)
    with neighbours.inside(), pytest.raises(NotFound):
        report_person(EMAIL)
    with house.inside("admin"), pytest.raises(Forbidden, match="owner"):
        erase_person("owner@acme.example", confirmed="owner@acme.example")
    with house.inside(), pytest.raises(Conflict, match="needs an owner"):
        erase_person("owner@acme.example", confirmed="owner@acme.example")


def test_who_is_erased_is_nowhere_and_the_log_stays_byte_for_byte(house: House) -> None:
    busy(house)
    with house.inside("admin"):
        before = sealed_bytes()
        with pytest.raises(InvalidInput, match="repeat"):
            erase_person(EMAIL, confirmed="other@acme.example")
        receipt = erase_person(EMAIL, confirmed=EMAIL, reason="Asked to.")
        after = sealed_bytes()
        assert after[: len(before)] == before
        assert all(audit_mac_holds(payload, mac) for payload, mac in after)
        for event in AuditEvent.objects.filter(actor_user_id=house.member.pk):
            assert (event.actor_label, event.address) == ("erased person", "")
            assert unlock(json.loads(event.payload)["sealed"]["actor"], event.pk, "actor") is None
        assert receipt.erased["account"] == receipt.erased["memberships"] == 1
        assert receipt.erased["keys"] == 1
        assert receipt.erased["ways_in"] >= 2, "the session and the letter"
        assert receipt.erased["sign_ins"] >= 1
        assert receipt.erased["audit"] > 0
    assert EMAIL not in everything()
    assert "member of Acme" not in everything()


def test_who_is_erased_cannot_come_in_any_more(house: House) -> None:
    browser, token = house.browser("member"), house.key("member")
    assert browser.get("/studio/").status_code == 200
    with house.inside("admin"):
        erase_person(EMAIL, confirmed=EMAIL)
    assert browser.get("/studio/").status_code == 302
    answer = browser.post("/studio/login/", {"username": EMAIL, "password": PASSWORD})
    assert answer.status_code == 200
    assert not answer.wsgi_request.user.is_authenticated
    assert Api(token).get("/agents").status_code == 401


def test_erasing_twice_changes_nothing_and_others_stay(house: House) -> None:
    busy(house)
    with house.inside("admin"):
        first = erase_person(EMAIL, confirmed=EMAIL)
        before = AuditEvent.objects.count()
        assert erase_person(EMAIL, confirmed=EMAIL) == first
        assert (AuditEvent.objects.count(), Erasure.objects.count()) == (before, 1)
        event = AuditEvent.objects.filter(actor_user_id=house.admin.pk).first()
        assert event is not None
        opened = unlock(json.loads(event.payload)["sealed"]["actor"], event.pk, "actor")
        assert opened is not None
        assert opened["actor_label"] == event.actor_label != "erased person"
        assert Channel.objects.get().emails == ["b@acme.example"]


def test_a_person_erases_themselves_and_the_receipt_does_not_name_them(house: House) -> None:
    with house.inside("viewer"):
        erase_person("viewer@acme.example", confirmed="viewer@acme.example")
        event = AuditEvent.objects.get(action="subjects.erase")
        assert (event.actor_label, event.address) == ("", "")
        assert "viewer@" not in event.payload
    assert "viewer@acme.example" not in everything()


def test_an_account_needed_elsewhere_stays_there(house: House, neighbours: House) -> None:
    with neighbours.inside():
        add_member(house.member, "viewer")
    with house.inside("admin"):
        receipt = erase_person(EMAIL, confirmed=EMAIL)
        assert receipt.erased["account"] == 0
        assert any("another organization" in sentence for sentence in receipt.kept)
        assert not Membership.objects.filter(user=house.member).exists()
        assert erase_person(EMAIL, confirmed=EMAIL) == receipt
    assert User.objects.get(pk=house.member.pk).email == EMAIL
    with neighbours.inside():
        assert Membership.objects.filter(user=house.member).exists()
        assert SubjectKey.objects.get(user=house.member).destroyed_at is None


def test_a_legal_hold_keeps_everything_until_it_is_released(house: House) -> None:
    with house.inside("admin"):
        hold = place_legal_hold(EMAIL, "Case 12 of the labour court.")
        with pytest.raises(Conflict, match=r"legal hold of .*Case 12.* Release it first"):
            erase_person(EMAIL, confirmed=EMAIL)
        with pytest.raises(Conflict, match="stands for this person already"):
            place_legal_hold(EMAIL, "Again")
        assert report_person(EMAIL)["legal_hold"] == "Case 12 of the labour court."
        release_legal_hold(hold)
        assert erase_person(EMAIL, confirmed=EMAIL).erased["account"] == 1


def test_names_are_not_blanked_for_who_was_not_erased(house: House) -> None:
    busy(house)
    with house.inside(), connection.cursor() as cursor:
        before = list(AuditEvent.objects.order_by("id").values_list("actor_label", "address"))
        cursor.execute("SELECT arm_forget_subject(%s)", [house.member.pk])
        assert cursor.fetchone() == (0,)
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            cursor.execute("UPDATE governance_auditevent SET actor_label = 'erased person'")
        after = list(AuditEvent.objects.order_by("id").values_list("actor_label", "address"))
        assert after == before


def test_not_even_the_forgetting_role_changes_anything_else(house: House) -> None:
    with house.inside():
        event = AuditEvent.objects.first()
    assert event is not None
    name = connection.settings_dict["NAME"]
    with psycopg.connect(**{**database.superuser(), "dbname": name}) as server:
        server.execute("SET ROLE arm_definer")
        with pytest.raises(psycopg.Error, match="permission denied"):
            server.execute("UPDATE governance_auditevent SET payload = 'x'")


def test_who_comes_back_is_a_new_subject(house: House, neighbours: House) -> None:
    with neighbours.inside():
        add_member(house.member, "viewer")
    with house.inside("admin"):
        erase_person(EMAIL, confirmed=EMAIL)
        add_member(house.member, "viewer")
        event = AuditEvent.objects.filter(action="members.add").first()
        assert event is not None
        assert unlock(json.loads(event.payload)["sealed"]["about"], event.pk, "about")
        assert SubjectKey.objects.filter(user=house.member).count() == 2


def test_the_api_reports_erases_and_holds(house: House, neighbours: House) -> None:
    api = house.api("admin")
    told = api.post("/erasures/report", {"email": EMAIL})
    assert told.status_code == 200
    assert told.json()["data"]["person_id"] == str(house.member.pk)
    hold = api.post("/legal-holds", {"email": EMAIL, "reason": "A case."})
    assert hold.status_code == 201
    body = {"email": EMAIL, "confirmed": EMAIL}
    assert api.post("/erasures", body).status_code == 409
    pk = hold.json()["data"]["id"]
    assert neighbours.api().post(f"/legal-holds/{pk}/release").status_code == 404
    assert house.api("viewer").post(f"/legal-holds/{pk}/release").status_code == 403
    assert api.post(f"/legal-holds/{pk}/release").status_code == 200
    assert house.api("viewer").post("/erasures", body).status_code == 403
    assert neighbours.api().post("/erasures/report", {"email": EMAIL}).status_code == 404
    first = api.post("/erasures", body)
    assert first.status_code == 201
    assert api.post("/erasures", body).json()["data"] == first.json()["data"]
    assert EMAIL not in first.content.decode()


def test_the_command_line_reports_and_erases(house: House) -> None:
    def run(*words: str) -> str:
        out = StringIO()
        call_command("subject", *words, "--organization", "acme", stdout=out)
        return out.getvalue()

    assert EMAIL in run("report", EMAIL)
    with pytest.raises(CommandError, match="repeat"):
        run("erase", EMAIL)
    assert '"account": 1' in run("erase", EMAIL, "--confirm", EMAIL)
    with pytest.raises(CommandError, match="Nobody"):
        run("report", EMAIL)


def test_the_studio_reports_erases_and_shows_the_receipt(house: House) -> None:
    admin = house.browser("admin")
    assert "Nobody was erased yet" in admin.get("/studio/governance/erasure/").text
    told = admin.post("/studio/governance/erasure/report/", {"email": EMAIL})
    assert "Rows that point at the account" in told.text
    form = {"email": EMAIL, "confirmed": "x@acme.example", "reason": "Asked to."}
    refused = admin.post("/studio/governance/erasure/add/", form)
    assert "repeat the address" in refused.text
    held = admin.post("/studio/governance/legalhold/add/", {"email": EMAIL, "reason": "Case"})
    assert held.status_code == 302
    form["confirmed"] = EMAIL
    assert "legal hold" in admin.post("/studio/governance/erasure/add/", form).text
    with house.inside():
        hold = LegalHold.objects.get()
    assert "Stands" in admin.get("/studio/governance/legalhold/").text
    released = {"_form_submitted": "on"}
    admin.post(f"/studio/governance/legalhold/{hold.pk}/release/", released)
    assert admin.post("/studio/governance/erasure/add/", form).status_code == 302
    with house.inside():
        receipt = Erasure.objects.get()
    page = admin.get(f"/studio/governance/erasure/{receipt.pk}/change/")
    assert "What stays, and why" in page.text
    assert EMAIL not in page.text


def test_in_the_studio_everybody_sees_what_is_held_about_themselves(house: House) -> None:
    viewer = house.browser("viewer")
    path = "/studio/governance/erasure/report/"
    assert "viewer@acme.example" in viewer.post(path, {"email": "viewer@acme.example"}).text
    assert "needs the permission" in viewer.post(path, {"email": EMAIL}).text
    assert viewer.get("/studio/governance/erasure/").status_code == 403
